"""B7: Schemathesis against /openapi.json, all phases: no 5xx, and every answer as the schema says."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.replica_process import ReplicaProcess
from tests.suites.trial import Outcome, Trial

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parents[1]
_JOBS = 60
_SMALL = 500
"""Below this many cases, the phases that take all edge cases of every parameter are left out."""
_LONGEST_SECONDS = 900


def run(repetitions: int) -> Outcome:
    """Rounds with growing seeds until so many cases were sent."""
    outcome = Outcome()
    settings = {"STEMIFY_INTAKE__STALL_SECONDS": "3", "STEMIFY_LIVE__HEARTBEAT_SECONDS": "1"}
    with ReplicaProcess(**settings) as replica:
        jobs = [replica.finished(replica.made_job()).job_id for _ in range(_JOBS if repetitions > _SMALL else 8)]
        seed = 0
        while outcome.done < repetitions and not outcome.failed:
            seed += 1
            _round(replica, jobs, seed, repetitions - outcome.done, outcome)
        outcome.expect(not replica.unforeseen, f"unforeseen: {replica.unforeseen[:1]}")
        outcome.figures = {"cases": outcome.done, "rounds": seed}
    return outcome


def _round(replica: ReplicaProcess, jobs: list[str], seed: int, wanted: int, outcome: Outcome) -> None:
    report = replica.folder / "report.json"
    phases = "examples,coverage,fuzzing,stateful" if seed == 1 else "fuzzing,stateful"
    options = {
        "--max-examples": str(min(25, max(6, wanted // 20))),
        "--phases": phases if wanted > _SMALL else "fuzzing",
        "--seed": str(seed),
        "--request-timeout": "20",
        "--suppress-health-check": "all",
        "--warnings": "off",
        "--report": "json",
        "--report-json-path": str(report),
    }
    base = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(_HERE / "schemathesis.toml"), "run"]
    told = [text for option in options.items() for text in option]
    done = subprocess.run(
        [*base, f"{replica.url}/openapi.json", *told, "--continue-on-failure", "--no-color"],
        capture_output=True,
        text=True,
        cwd=replica.folder,
        env=os.environ
        | {
            "PYTHONPATH": str(_ROOT),
            "STEMIFY_FUZZ_JOBS": ",".join(jobs),
            "SCHEMATHESIS_HOOKS": "tests.fuzz.schema_hooks",
        },
        timeout=_LONGEST_SECONDS,
        check=False,
    )
    found: dict[str, Any] = json.loads(report.read_text()) if report.exists() else {}
    cases = int(found.get("test_cases", {}).get("generated", 0))
    outcome.done += cases
    outcome.expect(cases > 0, f"no case was sent\n{done.stdout[-2_000:]}{done.stderr[-2_000:]}")
    outcome.expect(done.returncode == 0, _findings(done.stdout))


def _findings(told: str) -> str:
    """What it says between its headline of failures and its summary."""
    after = told.partition("= FAILURES =")[2] or told
    return after.partition("= SUMMARY =")[0].strip("= \n")[:6_000]


TRIAL = Trial(name="B7", title="Schemathesis, all phases", full=5_000, reduced=100, run=run)
