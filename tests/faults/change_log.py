"""Every change of every job's record, in order, as the server wrote it down. Sees what no listener can miss."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from contract import keys
from contract.jobs import TERMINAL, JobStatus

_RECORD = keys.job("").encode()


@dataclass(frozen=True)
class Stored:
    """A record after one change."""

    version: int
    status: JobStatus

    @property
    def is_terminal(self) -> bool:
        """Whether the job had ended."""
        return self.status in TERMINAL


def read_changes(server_folder: Path) -> dict[str, list[Stored]]:
    """By job, from the server's append-only file (which holds what scripts did, command by command)."""
    changes: defaultdict[str, list[Stored]] = defaultdict(list)
    for path in sorted((server_folder / "appendonlydir").glob("*.aof")):
        with path.open("rb") as file:
            for command in _commands(file):
                if command[0].upper() in (b"HSET", b"HMSET") and command[1].startswith(_RECORD):
                    fields = dict(zip(command[2::2], command[3::2], strict=True))
                    if b"version" in fields:
                        stored = Stored(int(fields[b"version"]), JobStatus(fields[b"status"].decode()))
                        changes[command[1].removeprefix(_RECORD).decode()].append(stored)
    return changes


def _commands(file: IO[bytes]) -> Iterator[list[bytes]]:
    """Each command's words; ends quietly where a killed server left half of one."""
    while head := file.readline():
        if head.startswith(b"#"):
            continue
        words = []
        for _ in range(int(head[1:])):
            size = file.readline()
            if not size.endswith(b"\n"):
                return
            words.append(file.read(int(size[1:])))
            file.read(2)
        yield words
