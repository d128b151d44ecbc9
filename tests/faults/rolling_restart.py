"""F12: both APIs are restarted, one after the other, under 200 sockets whose jobs go on. Everybody hears every end."""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import websockets
from anyio.from_thread import start_blocking_portal

from contract.jobs import JobStatus
from tests.faults.deployment import API_SECONDS, Deployment, answers
from tests.faults.under_trial import under_trial
from tests.faults.visitor import Visitor
from tests.service_process import ServiceProcess, wait_for
from tests.socket_client import Client
from tests.suites.trial import Outcome, Trial

_CLIENTS, _JOBS = 200, 16
_SHORT = {"seconds": 5.0, "shifts": "5"}
"""So that some jobs end while an API is away."""
_BACK_SECONDS = 10.0
_LATE_SECONDS = 30.0
"""How long a client may stay away, or an ending be on its way, before it counts as lost."""
_PAUSE_SECONDS = (0.1, 0.5)
"""Between two tries of a client that lost its connection."""


@dataclass
class _Watcher(Client):
    """A client that knows every replica's port and comes back by the next one when it is cut off.

    `away`: seconds of each absence, until its subscription was answered again; `known`: the last version before it;
    `fell`: what it should not have seen.
    """

    ports: tuple[int, ...] = ()
    away: list[float] = field(default_factory=list)
    fell: list[str] = field(default_factory=list)
    lost_at: float | None = None
    known: int = 0

    @property
    def knows_end(self) -> bool:
        return any(each.event == "completed" for each in self.heard)

    async def stay(self) -> None:
        """Until it is canceled."""
        while True:
            with contextlib.suppress(OSError, TimeoutError, websockets.WebSocketException):  # nobody may listen there
                await self.run()
            if self.joined.is_set():
                self.joined.clear()
                self.lost_at = time.perf_counter()
                self.known = self.heard[-1].version if self.heard else 0
            self.port = self.ports[(self.ports.index(self.port) + 1) % len(self.ports)]
            await asyncio.sleep(random.uniform(*_PAUSE_SECONDS))  # or all would come at the same moment

    def welcome(self, snapshot: dict[str, Any]) -> None:
        if "job_id" not in snapshot:
            assert self.connection is not None
            self.connection.transport.abort()  # refused: it tries again
            return
        if self.lost_at is not None:
            self.away.append(time.perf_counter() - self.lost_at)
            self.lost_at = None
            if snapshot["version"] < self.known:
                self.fell.append(f"{self.job_id}: back at version {snapshot['version']} after {self.known}")
        super().welcome(snapshot)


def run(repetitions: int) -> Outcome:
    """Each time sixteen jobs are watched by all the sockets, and each API is restarted once while they run."""
    outcome, absences = Outcome(), []
    deployment = Deployment(STEMIFY_LIVE__SOCKETS_PER_ADDRESS=str(2 * _CLIENTS))
    with under_trial(outcome, deployment, killed=False) as (deployment, visitor):
        replicas = {_port(deployment): deployment.api}
        deployment.start_api("api2")
        replicas[_port(deployment)] = deployment.api
        deployment.ready_worker()
        for _ in range(repetitions):
            job_ids = [visitor.send(**_SHORT) for _ in range(_JOBS)]
            watchers = _watchers(tuple(replicas), job_ids)
            _watched(watchers, replicas, visitor, outcome)
            for watcher in watchers:
                absences += watcher.away
                _judge(watcher, outcome)
            outcome.done += 1
        outcome.figures |= {"clients": _CLIENTS, "absences": len(absences)}
        outcome.expect(len(absences) >= _CLIENTS * repetitions, f"only {len(absences)} connections were cut")
        outcome.spread("away_s", absences)
        outcome.mark("longest away s", max(absences, default=0.0), most=_BACK_SECONDS)
    return outcome


def _port(deployment: Deployment) -> int:
    return int(deployment.url.rpartition(":")[2])


def _watchers(ports: tuple[int, ...], job_ids: list[str]) -> list[_Watcher]:
    return [
        _Watcher(ports[number % len(ports)], job_ids[number // len(ports) % len(job_ids)], ports=ports)
        for number in range(_CLIENTS)
    ]


def _watched(
    watchers: list[_Watcher], replicas: dict[int, ServiceProcess | None], visitor: Visitor, outcome: Outcome
) -> None:
    """The restarts, with everybody there; a replica is only touched once all are back from the one before."""
    job_ids = sorted({watcher.job_id for watcher in watchers})
    meanwhile = int(outcome.figures.get("jobs ended meanwhile", 0))
    with _staying(watchers):
        _wait(watchers, lambda one: one.joined.is_set(), "came", outcome)
        for port, process in replicas.items():
            before = _ended(visitor, job_ids)
            _restart(process, port)
            _wait(watchers, lambda one: one.joined.is_set(), "came back", outcome)
            meanwhile += _ended(visitor, job_ids) - before
        for job_id in job_ids:
            status = visitor.ended(job_id).status
            outcome.expect(status is JobStatus.completed, f"{job_id} {status} while the APIs were restarted")
        _wait(watchers, lambda one: one.knows_end, "heard of the end", outcome)
    for port, process in replicas.items():
        outcome.expect(process is not None and process.is_alive, f"the API at {port} ended after it was restarted")
    outcome.figures["jobs ended meanwhile"] = meanwhile


@contextlib.contextmanager
def _staying(watchers: list[_Watcher]) -> Iterator[None]:
    """All of them in a thread beside this one: a process must be started by the thread that outlives it."""
    with start_blocking_portal() as portal:
        staying = [portal.start_task_soon(watcher.stay) for watcher in watchers]
        try:
            yield
        finally:
            for each in staying:
                each.cancel()


def _wait(watchers: list[_Watcher], held: Callable[[_Watcher], bool], what: str, outcome: Outcome) -> None:
    with contextlib.suppress(AssertionError):
        wait_for(lambda: all(map(held, watchers)), seconds=_LATE_SECONDS)
    left = sum(not held(one) for one in watchers)
    outcome.expect(not left, f"{left} of {len(watchers)} clients never {what}")


def _ended(visitor: Visitor, job_ids: list[str]) -> int:
    return sum(job.is_terminal for each in job_ids if (job := visitor.now(each)) is not None)


def _restart(process: ServiceProcess | None, port: int) -> None:
    """Told to stop, as by whoever deploys a new release, and started at the same port."""
    assert process is not None
    process.terminate()
    process.start()
    wait_for(lambda: answers(f"http://127.0.0.1:{port}"), seconds=API_SECONDS, said=lambda: process.log[-4000:])


def _judge(watcher: _Watcher, outcome: Outcome) -> None:
    versions = [each.version for each in watcher.heard]
    outcome.expect(versions == sorted(versions), f"versions fell for a watcher of {watcher.job_id}: {versions}")
    outcome.failed += watcher.fell


ROLLING_RESTART = Trial(name="F12", title="the APIs restarted in turn under 200 sockets", full=5, reduced=0, run=run)
