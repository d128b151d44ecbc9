"""A finished job's stems onto this machine: checked against the digests the job tells, visible only when whole."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cli.errors import CommandError, JobFailed, WrongUse
from cli.server import JobView, Server

Advance = Callable[[int], None]

_NOT_IN_NAMES = re.compile(r"[\x00-\x1f/\\:*?\"<>|]+")
_EXTENSIONS = {"ogg": "ogg", "m4a": "m4a", "mp3": "mp3", "flac": "flac", "wav": "wav"}


def download_stems(server: Server, job: JobView, folder: Path, *, advance: Advance) -> list[Path]:
    """Every stem of a completed job as `folder/STEM.EXT`, in the job's order. `advance`: bytes since the last call.

    Raises JobFailed when the bytes are not those the job tells, WrongUse when the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_download(server, stem, folder, advance) for stem in job["stems"]]
    except OSError as refused:
        raise WrongUse(f"{folder} cannot be written to ({refused.strerror}); choose another with -o.") from refused


def song_folder(root: Path, filename: str, *, otherwise: str) -> Path:
    """The folder under `root` for a song's stems: its file's name without the ending, safe on every system."""
    stem = filename.rsplit(".", 1)[0] if "." in filename[1:] else filename
    name = _NOT_IN_NAMES.sub("_", stem).strip(" .")[:120]
    return root / (name or otherwise)


def _download(server: Server, stem: dict[str, Any], folder: Path, advance: Advance) -> Path:
    name = f"{_NOT_IN_NAMES.sub('_', stem['name'])}.{_EXTENSIONS.get(stem['format'], 'bin')}"
    part, path = folder / f"{name}.part", folder / name
    digest = hashlib.sha256()
    try:
        with server.download(stem["url"]) as blocks, part.open("wb") as file:
            for block in blocks:
                file.write(block)
                digest.update(block)
                advance(len(block))
        if digest.hexdigest() != stem["sha256"]:
            raise JobFailed(f"The stem {stem['name']} did not arrive whole; run the same command again.")
        part.replace(path)
    except (OSError, CommandError):
        part.unlink(missing_ok=True)
        raise
    return path
