"""`python -m benchmarks.child`: one measurement in a process of its own, where peaks and first times are its alone."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_KIB = 1024


def in_a_child(task: str, **told: Any) -> dict[str, float]:
    """What the task of this module found. Raises RuntimeError with the child's last words when it fails."""
    return found_by("benchmarks.child", task, told)


def found_by(module: str, task: str, told: Mapping[str, Any]) -> dict[str, float]:
    """What `python -m module task` found, being told this. Raises RuntimeError with its last words when it fails."""
    command = [sys.executable, "-m", module, task, json.dumps(told, default=str)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    if done.returncode:
        raise RuntimeError(f"{task} ended with {done.returncode}: {done.stderr[-500:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """In the child."""
    task, told = sys.argv[1], json.loads(sys.argv[2])
    print(json.dumps(_warmed(**told) if task == "warmed" else _separated(**told)))


def _separated(rehearsal: str, source: str, folder: str, **model: str) -> dict[str, float]:
    """A recording from file to FLAC files, after another that is not counted: seconds; peak memory of the process."""
    separator = _loaded(**model)
    _separate(rehearsal, folder, separator)
    wall, processor = time.perf_counter(), time.process_time()
    _separate(source, folder, separator)
    return {
        "seconds": time.perf_counter() - wall,
        "processor_seconds": time.process_time() - processor,
        "peak_bytes": _peak_bytes(),
    }


def _separate(source: str, folder: str, separator: Any) -> None:
    # The engine is imported in the child's tasks: `warmed` times the import.
    from worker.engine import OutputOptions, SeparationOptions, separate_file

    separate_file(
        source,
        folder,
        separator=separator,
        options=SeparationOptions(shifts=0, clip="clamp"),
        output=OutputOptions(format="flac", bit_depth="16", channels="source"),
    )


def _warmed(**model: str) -> dict[str, float]:
    """From nothing to the first answered segment, step by step."""
    started = time.perf_counter()
    import torch  # noqa: F401 - its import is what is timed

    imported = time.perf_counter()
    separator = _loaded(**model)
    loaded = time.perf_counter()
    separator.warm_up()
    ended = time.perf_counter()
    return {
        "import_seconds": imported - started,
        "load_seconds": loaded - imported,
        "first_segment_seconds": ended - loaded,
        "seconds": ended - started,
    }


def _loaded(model: str, catalog: str, weights: str, device: str) -> Any:
    # as above
    from worker.engine import WeightsStore, load_recipes, load_separator

    return load_separator(load_recipes(Path(catalog))[model], device=device, weights=WeightsStore(Path(weights)))


def _peak_bytes() -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(float(line.split()[1]) * _KIB for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
