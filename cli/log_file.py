"""A child's output: appended to a file by the child itself, read here for the lines a person must see."""

import asyncio
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

_POINTER = re.compile(r"\s*For further information visit ")  # what pydantic ends its sentences with
_LOUD_LEVELS = ("warning", "error", "critical")
_POLL_SECONDS = 0.25
_MAX_BYTES = 20 * 2**20
_LONGEST_LINE = 300


class LogFile:
    """One child's log. `show` is called with each line that matters, shortened: a record of level warning or above,
    or plain output in which the pattern `loud` is found."""

    def __init__(self, path: Path, *, loud: str, show: Callable[[str], None]) -> None:
        self.path = path
        self._loud = re.compile(loud)
        self._show = show
        self._complained = False
        self._read_to = path.stat().st_size if path.exists() else 0

    def open(self) -> BinaryIO:
        """The file, for a child to append to."""
        return self.path.open("ab")

    def last_line(self) -> str:
        """The last line that says something, or an empty string."""
        if not self.path.exists():
            return ""
        lines = self.path.read_bytes()[-8192:].decode(errors="replace").splitlines()
        said = [line.strip() for line in lines if line.strip() and not _POINTER.match(line)]
        return _plain(said[-1])[:_LONGEST_LINE] if said else ""

    async def watch(self) -> None:
        """Show loud lines as they come, and keep the file from growing without end. Runs until canceled."""
        while True:
            try:
                self.show_new()
                self._rotate()
            except OSError as error:  # a full disk passes; what is written until then is shown all the same
                self._complain(error)
            else:
                self._complained = False
            await asyncio.sleep(_POLL_SECONDS)

    def show_new(self) -> None:
        """Show the loud lines written since the last call."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(self._read_to)
            new = file.read(_MAX_BYTES)
        whole = new[: new.rfind(b"\n") + 1]
        self._read_to += len(whole)
        for line in whole.decode(errors="replace").splitlines():
            if shown := loud_line(line, self._loud):
                self._show(shown)

    def _complain(self, error: OSError) -> None:
        """Once in each trouble."""
        if not self._complained:
            self._show(f"Its log {self.path} cannot be kept in order ({error.strerror}); it may grow.")
        self._complained = True

    def _rotate(self) -> None:
        """Keep one older file. The child appends, so that emptying the file under it is safe."""
        if self.path.exists() and self.path.stat().st_size > _MAX_BYTES:
            shutil.copyfile(self.path, self.path.with_suffix(".old.log"))
            with self.path.open("r+b") as file:
                file.truncate(0)
            self._read_to = 0


def loud_line(line: str, loud: re.Pattern[str]) -> str | None:
    """The line as a person should see it, or None when it is only for the file."""
    if (record := _record(line)) is not None:
        return _plain(line)[:_LONGEST_LINE] if str(record.get("level", "")).lower() in _LOUD_LEVELS else None
    return line.strip()[:_LONGEST_LINE] if loud.search(line) else None


def _plain(line: str) -> str:
    record = _record(line)
    if record is None:
        return line.strip()
    said = record.get("event") or record.get("message") or line
    detail = record.get("because") or record.get("detail") or record.get("error")
    return f"{said}: {detail}" if detail else str(said)


def _record(line: str) -> dict[str, object] | None:
    if not line.startswith("{"):
        return None
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
