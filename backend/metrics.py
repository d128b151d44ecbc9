"""Prometheus figures: what this replica served, and, read from Redis at each scrape, what the whole service does."""

from collections.abc import Iterator
from typing import Protocol

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from backend.middleware.boundary import Served
from contract.errors import StoreUnavailable
from contract.job_store import JobStore
from contract.jobs import ACTIVE, TERMINAL
from contract.line.speeds import SpeedBook
from contract.statistics import Statistics
from contract.timings import by_stage
from contract.worker_registry import WorkerRegistry

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Audience(Protocol):
    """Whoever knows how many sockets are connected here."""

    @property
    def sockets(self) -> int:
        """How many."""


class Metrics:
    """This replica's registry, with these collectors in it; several apps in one process do not meet."""

    def __init__(self, *collectors: Collector) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._requests = Histogram(
            "stemify_http_request_seconds",
            "Seconds from a request's arrival to the end of its answer.",
            ("method", "route", "status"),
            buckets=_SECONDS,
            registry=self._registry,
        )
        for collector in collectors:
            self._registry.register(collector)

    def observe(self, served: Served) -> None:
        """Count one served request."""
        self._requests.labels(served.method, served.route, str(served.status)).observe(served.seconds)

    def text(self) -> bytes:
        """Everything, in Prometheus's text format."""
        return generate_latest(self._registry)


class ServiceCollector(Collector):
    """The figures every replica agrees on, since they are read from Redis, and this replica's audience."""

    def __init__(
        self, store: JobStore, *, speeds: SpeedBook, workers: WorkerRegistry, statistics: Statistics, audience: Audience
    ) -> None:
        self._store = store
        self._speeds = speeds
        self._workers = workers
        self._statistics = statistics
        self._audience = audience

    def collect(self) -> Iterator[Metric]:
        """Read now. Without Redis only `stemify_up` (0) and this replica's own figures are told."""
        yield GaugeMetricFamily("stemify_sockets", "Sockets connected to this replica.", self._audience.sockets)
        try:
            told = [*self._queue(), *self._jobs(), *self._pace()]
        except StoreUnavailable:
            yield GaugeMetricFamily("stemify_up", "Whether the job store answers.", 0)
            return
        yield GaugeMetricFamily("stemify_up", "Whether the job store answers.", 1)
        yield from told

    def _queue(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("stemify_queue_depth", "Jobs waiting.", self._store.depth())
        oldest = self._store.oldest_waiting_seconds()
        yield GaugeMetricFamily("stemify_oldest_waiting_seconds", "Age of the job that waits longest.", oldest)
        yield GaugeMetricFamily(
            "stemify_records_unreadable",
            "Jobs whose record could not be read in the last hour.",
            self._store.unreadable(),
        )
        workers = GaugeMetricFamily("stemify_workers", "Workers alive.", labels=["device", "busy"])
        counted: dict[tuple[str, str], int] = {}
        for worker in self._workers.live():
            key = (worker.device, "no" if worker.current_job is None else "yes")
            counted[key] = counted.get(key, 0) + 1
        for labels, count in counted.items():
            workers.add_metric(labels, count)
        yield workers

    def _jobs(self) -> Iterator[Metric]:
        counts = self._store.counts()
        active = GaugeMetricFamily("stemify_jobs", "Jobs that have not ended, by status.", labels=["status"])
        ended = CounterMetricFamily("stemify_jobs_ended", "Jobs that ended, by status.", labels=["status"])
        for status in sorted(ACTIVE):
            active.add_metric([status], counts.get(status, 0))
        for status in sorted(TERMINAL):
            ended.add_metric([status], counts.get(status, 0))
        failures = CounterMetricFamily("stemify_jobs_failed", "Failed jobs, by failure code.", labels=["code"])
        for code, count in self._statistics.failures().items():
            failures.add_metric([code], count)
        yield from (active, ended, failures)

    def _pace(self) -> Iterator[Metric]:
        stages = CounterMetricFamily(
            "stemify_stage_seconds", "Seconds completed jobs spent in each stage.", labels=["stage"]
        )
        for stage, seconds in by_stage(self._statistics.spent()).items():
            stages.add_metric([stage], seconds)
        pace = GaugeMetricFamily(
            "stemify_realtime_factor",
            "Seconds of audio separated in a second of work, lately.",
            labels=["model", "device"],
        )
        for (model, device), speed in self._speeds.all().items():
            pace.add_metric([model, device], 1 / speed)
        yield from (stages, pace)
