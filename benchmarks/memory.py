"""`python -m benchmarks.memory`: peak memory and time a minute of audio, a short recording against a long one.

Each is separated from file to files in a process of its own, with the demo model.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import describe_machine
from benchmarks.report import store
from media.encode import Encoder
from media.formats import OutputFormat
from worker.engine import SeparationOptions, load_separator, separate_file

_RATE = 44_100
_KIB = 1024


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table, keep the JSON."""
    asked = _parser().parse_args(arguments)
    if asked.child:
        print(json.dumps(_separated(asked.minutes[0])))
        return
    machine = describe_machine()
    rows = [_in_a_child(minutes) for minutes in asked.minutes]
    print(f"{'minutes':>10}{'peak MiB':>12}{'s a minute':>12}")
    for row in rows:
        print(f"{row['minutes']:>10.1f}{row['peak_bytes'] / _KIB**2:>12.0f}{row['seconds'] / row['minutes']:>12.2f}")
    result = {"what": "memory", "machine": machine, "options": {"model": "demo", "clip": "joint"}, "rows": rows}
    print(f"\nKept in {store(result, 'memory')}")


def _in_a_child(minutes: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.memory", "--child", "--minutes", str(minutes)]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def _separated(minutes: float) -> dict[str, Any]:
    """In the child: the peak is this process's own."""
    separator = load_separator("demo")
    with tempfile.TemporaryDirectory() as name:
        recording = _noise(Path(name) / "noise.flac", minutes)
        started = time.perf_counter()
        separate_file(recording, Path(name) / "out", separator=separator, options=SeparationOptions(shifts=0))
        seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIB
    return {"minutes": minutes, "seconds": seconds, "peak_bytes": peak, "precision": separator.precision}


def _noise(path: Path, minutes: float) -> Path:
    """A recording made a second at a time."""
    generator = np.random.default_rng(0)
    with Encoder(path, OutputFormat("flac", "16"), sample_rate=_RATE, channels=2) as encoder:
        for _ in range(max(1, round(minutes * 60))):
            encoder.write((generator.standard_normal((2, _RATE)) * 0.1).astype(np.float32))
    return path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("--minutes", type=float, nargs="+", default=[10.0, 60.0], help="lengths (default: 10 60)")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    main()
