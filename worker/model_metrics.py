"""The pool's figures for Prometheus: models loaded, warmed, let go of, and what they occupy."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.1, 0.5, 1, 2, 5, 10, 20, 60, 120, 300, 600)


class ModelMetrics:
    """In this registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._loads = Histogram(
            "stemify_worker_model_load_seconds",
            "Seconds to load a model.",
            ["model"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._resident = Gauge(
            "stemify_worker_resident_bytes", "What the weights of loaded models occupy.", registry=registry
        )
        self._evictions = Counter(
            "stemify_worker_model_evictions",
            "Models let go of, for others or for memory.",
            ["model"],
            registry=registry,
        )
        self._warm_up = Gauge(
            "stemify_worker_warm_up_seconds",
            "Seconds to load a model at the start and run its first segment.",
            ["model"],
            registry=registry,
        )
        self._overdue = Counter(
            "stemify_worker_warm_ups_overdue",
            "Warm-ups that took longer than they may.",
            ["model"],
            registry=registry,
        )

    def loaded(self, model: str, seconds: float) -> None:
        """A model was loaded."""
        self._loads.labels(model).observe(seconds)

    def evicted(self, model: str) -> None:
        """A model was let go of."""
        self._evictions.labels(model).inc()

    def warmed(self, model: str, seconds: float) -> None:
        """A model is loaded and has run once."""
        self._warm_up.labels(model).set(seconds)

    def overdue(self, model: str) -> None:
        """A warm-up takes longer than it may."""
        self._overdue.labels(model).inc()

    def resident(self, memory_bytes: int) -> None:
        """What the loaded models' weights occupy now."""
        self._resident.set(memory_bytes)
