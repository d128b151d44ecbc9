"""L2, L3 and L9: a thousand clients watch jobs, all come back at once, and thousands of events come each second."""

import asyncio
import statistics
import time

from contract import keys
from contract.events import JobCompleted
from contract.jobs import Job
from contract.records.announcements import announce
from tests.builders import a_job, completed, progressed
from tests.load.crowd import Crowd
from tests.load.pacing import paced
from tests.load.replicas import Replicas, replicas
from tests.suites.trial import Outcome, Trial

_JOBS = 50
_EVENTS_PER_SECOND = 4
_SECONDS = 60
_CLIENTS_AN_EVENT_SECOND = 1_000 / _SECONDS
"""With fewer clients the load lasts for fewer seconds, in proportion."""
_PUBLISHED_PER_SECOND = 2_000
_BATCH = 20
_LATE_SECONDS = 30.0
"""How long an ending may be on its way before it counts as missed."""


class _Stage:
    """Jobs that run by our word alone, and when each of their versions was published."""

    def __init__(self, serving: Replicas, jobs: int) -> None:
        self._store = serving.deployment.store
        self._redis = serving.deployment.redis
        self.jobs = [self._running() for _ in range(jobs)]
        self.published: dict[tuple[str, int], float] = {}

    @property
    def job_ids(self) -> list[str]:
        return [job.job_id for job in self.jobs]

    async def step(self, number: int) -> None:
        """One progress event of one job, stored and announced."""
        index = number % len(self.jobs)
        await self._change(index, number)

    async def end(self) -> None:
        """Each job completes."""
        for index, job in enumerate(self.jobs):
            await self._change(index, completed(job))

    async def announce(self, number: int) -> None:
        """A batch of events, announced but not stored."""
        now = time.perf_counter()
        pipe = self._redis.pipeline(transaction=False)
        for each in range(number * _BATCH, (number + 1) * _BATCH):
            index = each % len(self.jobs)
            event = progressed(each % 100)
            job = self.jobs[index] = self.jobs[index].apply(event)
            self.published[job.job_id, job.version] = now
            pipe.publish(keys.channel(job.job_id), announce(job, event).model_dump_json())
        await asyncio.to_thread(pipe.execute)

    async def _change(self, index: int, what: int | JobCompleted) -> None:
        job = self.jobs[index]
        began = time.perf_counter()
        act = self._store.finish if isinstance(what, JobCompleted) else self._store.record
        event = what if isinstance(what, JobCompleted) else progressed(min(99, what // len(self.jobs)))
        job = self.jobs[index] = await asyncio.to_thread(act, job, event)
        self.published[job.job_id, job.version] = began

    def _running(self) -> Job:
        job = self._store.claim(self._store.accept(a_job()).job_id, worker="stand-in")
        assert job is not None
        return job


def _watched(repetitions: int) -> Outcome:
    outcome = Outcome()
    with replicas(2) as serving:
        stage = _Stage(serving, min(_JOBS, repetitions))
        crowd = Crowd(repetitions, ports=[each.port for each in serving.all], job_ids=stage.job_ids)
        seconds = max(2.0, repetitions / _CLIENTS_AN_EVENT_SECOND)
        rate = len(stage.jobs) * _EVENTS_PER_SECOND

        async def load() -> None:
            outcome.figures["joined s"] = round(await crowd.join(), 2)
            await paced(rate, int(rate * seconds), stage.step)
            await stage.end()
            left = await crowd.until(lambda client: any(each.event == "completed" for each in client.heard), seconds=30)
            outcome.expect(not left, f"{len(left)} clients were not told the end")
            await crowd.drop()

        serving.run(load())
        serving.judge(outcome, most_megabytes=150)
    _judge_order(outcome, crowd)
    outcome.upper("delivery s", _lags(crowd, stage), p95=0.5, p99=2.0)
    outcome.done = repetitions
    return outcome


def _judge_order(outcome: Outcome, crowd: Crowd) -> None:
    for client in crowd.clients:
        versions = [each.version for each in client.heard]
        outcome.expect(versions == sorted(versions), f"versions fell for a watcher of {client.job_id}")
    outcome.figures["events heard"] = sum(len(client.heard) for client in crowd.clients)


def _lags(crowd: Crowd, stage: _Stage) -> list[float]:
    times = stage.published
    every = (heard for client in crowd.clients for heard in client.heard)
    return [each.at - times[each.job_id, each.version] for each in every if (each.job_id, each.version) in times]


def _storm(repetitions: int) -> Outcome:
    outcome = Outcome()
    with replicas(2) as serving:
        stage = _Stage(serving, min(_JOBS, repetitions))
        crowd = Crowd(repetitions, ports=[each.port for each in serving.all], job_ids=stage.job_ids)

        async def load() -> None:
            await crowd.join()
            await crowd.drop()
            outcome.mark("all back s", await crowd.join(), most=20.0)
            await crowd.drop()

        serving.run(load())
        serving.judge(outcome, most_megabytes=None)
    snapshots = [client.snapshot for client in crowd.clients]
    outcome.expect(all(told and told.get("status") == "processing" for told in snapshots), "a client got no snapshot")
    outcome.done = repetitions
    return outcome


def _flood(repetitions: int) -> Outcome:
    outcome = Outcome()
    with replicas() as serving:
        stage = _Stage(serving, _JOBS)
        crowd = Crowd(_JOBS, ports=[serving.port], job_ids=stage.job_ids)

        async def load() -> None:
            await crowd.join()
            batches = int(repetitions * _PUBLISHED_PER_SECOND / _BATCH)
            await paced(_PUBLISHED_PER_SECOND / _BATCH, batches, stage.announce)
            newest = {job.job_id: job.version for job in stage.jobs}
            left = await crowd.until(
                lambda client: bool(client.heard) and client.heard[-1].version == newest[client.job_id],
                seconds=_LATE_SECONDS,
            )
            outcome.expect(not left, f"{len(left)} clients did not hear the last event")
            await crowd.drop()

        serving.run(load())
        serving.judge(outcome, most_megabytes=64)
    lags = _lags(crowd, stage)
    outcome.figures["mean lag s"] = round(statistics.mean(lags), 4) if lags else "none"
    outcome.upper("lag s", lags, p99=1.0)
    outcome.done = repetitions
    return outcome


WATCHED = Trial(name="L2", title="Socket.IO clients on two APIs, 50 jobs", full=1_000, reduced=10, run=_watched)
STORM = Trial(name="L3", title="all clients come back at once", full=1_000, reduced=0, run=_storm)
FLOOD = Trial(name="L9", title="2,000 published events a second, for so many seconds", full=60, reduced=0, run=_flood)
