"""Several trials at once, each in a process of its own: most of a fault trial is waiting for a lease to lapse."""

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import psutil

from tests.suites.suite import Row
from tests.suites.trial import Trial

_LAST_CHARACTERS = 4_000
_LONGEST_SECONDS = 1_800.0
"""No trial of any suite takes half as long; one that hangs fails, and the others go on."""


def run_side_by_side(
    suite: str, trials: Sequence[Trial], *, share: float, at_once: int, told: Callable[[Row], None]
) -> list[Row]:
    """Rows in the trials' order, as `run_suite` gives them; each is told when it is there.

    A trial whose process ends without a row, or does not end, has failed.
    """
    with tempfile.TemporaryDirectory(prefix="stemify-trials-") as folder, ThreadPoolExecutor(at_once) as threads:
        begun = {
            threads.submit(_run_apart, suite, trial, share, Path(folder) / f"{trial.name}.json"): trial.name
            for trial in trials
        }
        rows = {}
        try:
            for ended in as_completed(begun):
                rows[begun[ended]] = ended.result()
                told(rows[begun[ended]])
        finally:  # who interrupts this interrupts the trials that run; the others must not begin
            threads.shutdown(cancel_futures=True)
    return [rows[trial.name] for trial in trials]


def _run_apart(suite: str, trial: Trial, share: float, kept: Path) -> Row:
    command = [sys.executable, "-m", "tests.suites", suite, "--only", trial.name]
    command += ["--share", repr(share), "--json", str(kept)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            said, _ = process.communicate(timeout=_LONGEST_SECONDS)
        except subprocess.TimeoutExpired:
            _kill_with_children(process.pid)
            return _failed(trial, f"did not end within {_LONGEST_SECONDS:.0f} s")
    if not kept.is_file():
        return _failed(trial, f"ended with {process.returncode}\n{said[-_LAST_CHARACTERS:]}")
    return Row(**json.loads(kept.read_text(encoding="utf-8"))["rows"][0])


def _kill_with_children(pid: int) -> None:
    parent = psutil.Process(pid)
    for process in (*parent.children(recursive=True), parent):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def _failed(trial: Trial, sentence: str) -> Row:
    return Row(trial.name, trial.title, "failed", trial.full, 0, 0.0, failed=[sentence])
