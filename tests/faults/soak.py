"""F27: three hundred small jobs in one process; nothing grows."""

import gc

import psutil

from contract.jobs import JobStatus
from tests.acceptance.processes import descendants
from tests.faults.deployment import Deployment
from tests.faults.under_trial import under_trial
from tests.suites.trial import Outcome, Trial

_SETTLED_SHARE = 1 / 6
"""After so much of the jobs, everything that is filled once has been."""
_GROWTH = 0.05
_RECORD_BYTES = 12_000
"""What one job's record, indexes and statistics may take in the server."""
_FEW_FDS = 3


def _run(repetitions: int) -> Outcome:
    outcome = Outcome()
    settled = max(1, int(repetitions * _SETTLED_SHARE))
    with under_trial(outcome, killed=False) as (deployment, visitor):
        child = deployment.wait_registered(deployment.worker()).pid
        for number in range(repetitions):
            status = visitor.ended(visitor.send(seed=number + 1)).status
            outcome.expect(status is JobStatus.completed, f"job {number} {status}")
            outcome.done += 1
            if outcome.done == settled:
                before = _sizes(deployment, child)
        after = _sizes(deployment, child)
        jobs = max(1, repetitions - settled)
        outcome.figures |= {
            "rss_mb": round(after["rss"] / 1e6, 1),
            "rss_growth_%": round(100 * (after["rss"] / before["rss"] - 1), 2),
            "fds": after["fds"],
            "api_fds": after["api_fds"],
            "redis_bytes_a_job": round((after["redis"] - before["redis"]) / jobs),
        }
        outcome.expect(after["rss"] <= before["rss"] * (1 + _GROWTH), f"the process grew: {before} -> {after}")
        for name in ("fds", "api_fds"):
            outcome.expect(after[name] <= before[name] + _FEW_FDS, f"{name} grew from {before[name]} to {after[name]}")
        grown = after["redis"] - before["redis"]
        outcome.expect(grown <= _RECORD_BYTES * jobs, f"the server grew by {grown} bytes in {jobs} jobs")
        outcome.expect(child in descendants(deployment.processes[-1].pid), "the process was replaced")
    return outcome


def _sizes(deployment: Deployment, child: int) -> dict[str, int]:
    deployment.wait_idle()
    gc.collect()
    process = psutil.Process(child)
    assert deployment.api is not None
    return {
        "rss": process.memory_info().rss,
        "fds": process.num_fds(),
        "api_fds": psutil.Process(deployment.api.pid).num_fds(),
        "redis": int(deployment.redis.info("memory")["used_memory"]),
    }


SOAKED = Trial(name="F27", title="three hundred jobs in one process", full=300, reduced=0, run=_run)
