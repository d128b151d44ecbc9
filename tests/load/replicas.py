"""API processes under load: where they listen, and how much memory each has taken since it began to serve."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import psutil

from contract.settings import QueueSettings
from tests.faults.deployment import Deployment
from tests.service_process import ServiceProcess
from tests.suites.trial import Outcome

MEGABYTE = 1e6
PATIENT = QueueSettings(lease_seconds=600, republish_seconds=60)
"""Jobs that run by the trial's word alone, with no beats, keep their leases."""
_OPEN = {
    "STEMIFY_INTAKE__WITHOUT_WORKER_SECONDS": "inf",
    "STEMIFY_LIVE__SOCKETS_PER_ADDRESS": "5000",
    "STEMIFY_STORAGE__FREE_SHARE_FLOOR": "0",
    "STEMIFY_TELEMETRY__LOG_LEVEL": "warning",
}
"""One address stands for many callers here, and nobody reads a line for each request."""


@dataclass
class Replica:
    """One API process: bytes of memory when it was ready and at most, processor seconds then and by now."""

    process: ServiceProcess
    port: int
    resident: int = 0
    most: int = 0
    began: float = 0.0
    worked: float = 0.0

    def look(self) -> None:
        """Note them now."""
        seen = psutil.Process(self.process.pid)
        self.most = max(self.most, seen.memory_info().rss)
        self.worked = sum(seen.cpu_times()[:2])


@dataclass
class Replicas:
    """`deployment` with one or more APIs, without a worker unless the trial starts one."""

    deployment: Deployment
    all: list[Replica] = field(default_factory=list)

    def start(self, count: int) -> None:
        """So many more, each of which has answered once before its memory is noted."""
        for number in range(count):
            process = self.deployment.start_api(f"api{number}")
            port = int(self.deployment.url.rpartition(":")[2])
            httpx.get(f"{self.deployment.url}/api/v1/limits").raise_for_status()
            replica = Replica(process, port)
            replica.look()
            replica.resident, replica.began = replica.most, replica.worked
            self.all.append(replica)

    @property
    def port(self) -> int:
        """Of the first one."""
        return self.all[0].port

    def run(self, load: Coroutine[Any, Any, None]) -> None:
        """Put the load on them, looking at their memory all the while."""
        asyncio.run(self._watched(load))

    def judge(self, outcome: Outcome, *, most_megabytes: float | None) -> None:
        """Keep how far the memory of the one that grew most has grown; none may have died."""
        grown = max(replica.most - replica.resident for replica in self.all) / MEGABYTE
        outcome.mark("grown MB", grown, most=most_megabytes)
        outcome.figures["API processor s"] = round(sum(replica.worked - replica.began for replica in self.all), 1)
        for replica in self.all:
            outcome.expect(replica.process.is_alive, f"{replica.process.name} died\n{replica.process.log[-2000:]}")

    async def _watched(self, load: Coroutine[Any, Any, None]) -> None:
        watching = asyncio.create_task(self._look())
        try:
            await load
        finally:
            watching.cancel()

    async def _look(self) -> None:
        while True:
            for replica in self.all:
                replica.look()
            await asyncio.sleep(0.25)


@contextmanager
def replicas(count: int = 1, *, queue: QueueSettings = PATIENT, **settings: str) -> Iterator[Replicas]:
    """So many API processes on one server; all of it is gone after the with-block."""
    with Deployment(queue=queue, **_OPEN | settings) as deployment:
        serving = Replicas(deployment)
        serving.start(count)
        yield serving
