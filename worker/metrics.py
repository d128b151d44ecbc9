"""A worker's own figures for Prometheus; what the whole service did is told by the API, from the job store."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.registry import Collector

from contract.timings import REALTIME_FACTOR, by_stage
from worker.model_metrics import ModelMetrics

_STAGE_SECONDS = (0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)
_FACTORS = (0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


class Metrics:
    """The registry of one process that separates. It begins at zero with each new process, as Prometheus expects.

    `models`: the figures of its pool. `others`: what else it tells.
    """

    def __init__(self, *others: Collector) -> None:
        self.registry = CollectorRegistry()
        for other in others:
            self.registry.register(other)
        self._stages = Histogram(
            "stemify_worker_stage_seconds",
            "Seconds a completed job spent in each stage.",
            ["stage"],
            buckets=_STAGE_SECONDS,
            registry=self.registry,
        )
        self._factor = Histogram(
            "stemify_worker_realtime_factor",
            "Seconds of audio separated in a second of work, by job.",
            ["model", "device"],
            buckets=_FACTORS,
            registry=self.registry,
        )
        self._ended = Counter(
            "stemify_worker_attempts_ended",
            "Attempts by how they ended, and failures by code.",
            ["ending", "code"],
            registry=self.registry,
        )
        self.models = ModelMetrics(self.registry)

    def serve(self, host: str, port: int) -> None:
        """Answer on this port until the process ends. Raises OSError when it is taken."""
        start_http_server(port, addr=host, registry=self.registry)

    def completed(self, *, model: str, device: str, timings: Mapping[str, float]) -> None:
        """A job was done: its seconds by stage, and `realtime_factor`."""
        for stage, seconds in by_stage(timings).items():
            self._stages.labels(stage).observe(seconds)
        self._factor.labels(model, device).observe(timings[REALTIME_FACTOR])

    def ended(self, ending: str, code: str = "") -> None:
        """An attempt ended."""
        self._ended.labels(ending, code).inc()
