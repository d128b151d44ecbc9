"""How soon the web player sounds and what it holds in memory, in real Chromium over a real API and finished jobs."""

import statistics
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from benchmarks.asked import Asked
from benchmarks.child import found_by
from benchmarks.player.chromium import HOW_TO_GET, find_chromium
from benchmarks.player.finished import finished_job
from benchmarks.player.served import Served, served
from benchmarks.rows import Row
from benchmarks.workshop import Workshop
from contract.options import Format

_FORMATS: tuple[Format, ...] = ("flac", "mp3")
_LINES = {"": False, ", 20 Mbit/s and 40 ms": True}
_LISTENER = "benchmarks.player.listener"
_SEEKS = 100
_MEGABYTE, _MIB = 1e6, 2**20
_SOON = (
    "first sample that leaves the mixer: pressed, after play was pressed on a page that had settled (within a second "
    "is looked for); opened, after the page was opened, play pressed as soon as it was there. A fresh Chromium each "
    "run, nothing cached. MB: what had come by then"
)
_HELD = (
    f"{_SEEKS} seeks all over it: seconds until its samples are handed to the clock, which sounds them 30 ms later. "
    "peak: of the page's process; script: what its script holds at the end"
)


def measure_player(asked: Asked, workshop: Workshop) -> Iterator[Row]:
    """First sound by format and line, of the shortest recording; memory of each length, as FLAC and MP3."""
    missing = _missing()
    if missing:
        yield Row(name="NOT MEASURED", note=f"NOT MEASURED: {missing}")
        return
    folder = workshop.folder / "player"
    folder.mkdir()
    with served(folder) as api:
        for name in _FORMATS:
            jobs = [_address(api, folder, name, minutes) for minutes in asked.player_minutes]
            for line, slow in _LINES.items():
                yield _first_sound(f"{asked.player_minutes[0]:g} min {name}{line}", jobs[0], runs=asked.runs, slow=slow)
            for minutes, url in zip(asked.player_minutes, jobs, strict=True):
                yield _wandered(f"{minutes:g} min {name}, {_SEEKS} seeks", url)


def _missing() -> str:
    if find_spec("playwright") is None:
        return "no Playwright (pip install playwright)"
    return "" if find_chromium() else f"no Chromium. {HOW_TO_GET}"


def _address(api: Served, folder: Path, name: Format, minutes: float) -> str:
    return f"{api.url}/#{finished_job(api, folder, name=name, seconds=60 * minutes).job_id}"


def _first_sound(name: str, url: str, *, runs: int, slow: bool) -> Row:
    found = [found_by(_LISTENER, "first_sounds", {"url": url, "slow": slow}) for _ in range(runs)]
    return Row(
        name=name,
        figures={
            "pressed_seconds": _median(found, "seconds"),
            "slowest_seconds": max(run["seconds"] for run in found),
            "audio_MB": _median(found, "audio_bytes") / _MEGABYTE,
            "opened_seconds": _median(found, "opening_seconds"),
            "opened_MB": _median(found, "opening_bytes") / _MEGABYTE,
        },
        note=_SOON,
    )


def _wandered(name: str, url: str) -> Row:
    found = found_by(_LISTENER, "wandered", {"url": url, "seeks": _SEEKS})
    return Row(
        name=name,
        figures={
            "seek_seconds": found["seek_seconds"],
            "slowest_seconds": found["slowest_seek_seconds"],
            "peak_MiB": found["peak_bytes"] / _MIB,
            "script_MiB": found["script_bytes"] / _MIB,
        },
        note=_HELD,
    )


def _median(found: Sequence[dict[str, float]], name: str) -> float:
    return statistics.median(run[name] for run in found)
