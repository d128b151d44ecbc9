"""Builds a worker's parts from its settings: the only place here that makes clients. Opens no connection yet."""

import os
from collections.abc import Callable
from dataclasses import dataclass

import redis

from contract.decode_exits import DecodeExits
from contract.janitor import Janitor
from contract.job_store import JobStore
from contract.line.speeds import SpeedBook
from contract.redis_client import connect
from contract.storage import BlobStore, open_storage
from contract.task_queue import TaskQueue, make_celery
from contract.tracing import Tracing, configure_tracing
from contract.worker_registry import WorkerRegistry
from media.jail import Jail
from media.jailed_audio import DECODING
from media.limits import Limits
from worker.engine import Separator, WeightsStore, default_folder, load_recipes, load_separator
from worker.engine.device_facts import DeviceFacts
from worker.fetching import Fetcher
from worker.links.assembly import Links, assemble_links
from worker.metrics import Metrics
from worker.model_choice import ModelChooser
from worker.model_pool import ModelPool
from worker.pipeline import Pipeline
from worker.runner import Runner
from worker.scratch import Scratch
from worker.settings import WorkerSettings
from worker.stops import Departure
from worker.time_limits import TimeLimits
from worker.upkeep.orphans import Orphans
from worker.upkeep.presence import Presence
from worker.worker_ids import worker_id

_PROBE = Limits(wall_seconds=30.0, cpu_seconds=10.0)
"""Of a look at what a link led to; decoding has limits of its own."""


@dataclass(frozen=True, kw_only=True)
class Base:
    """What both of a worker's processes need."""

    settings: WorkerSettings
    redis: redis.Redis
    store: JobStore
    queue: TaskQueue
    storage: BlobStore
    registry: WorkerRegistry


@dataclass(frozen=True, kw_only=True)
class SeparatingParts:
    """What the process that separates needs."""

    base: Base
    runner: Runner
    presence: Presence
    models: ModelPool
    chooser: ModelChooser
    jail: Jail
    links: Links
    tracing: Tracing
    metrics: Metrics


def assemble_base(settings: WorkerSettings) -> Base:
    """Clients of the store, the queue and the storage. Raises ValueError for settings that cannot work."""
    client = connect(settings.redis)
    return Base(
        settings=settings,
        redis=client,
        store=JobStore(client, queue=settings.queue, retention=settings.retention),
        queue=TaskQueue(make_celery(settings.redis, settings.queue), settings.queue.name),
        storage=open_storage(settings.storage),
        registry=WorkerRegistry(client),
    )


def assemble_janitor(base: Base) -> tuple[Janitor, Orphans]:
    """What keeps the store and the storage clean."""
    janitor = Janitor(base.store, base.queue, base.storage)
    kept = base.settings.retention.files_seconds
    return janitor, Orphans(base.redis, base.store, base.storage, kept_seconds=kept)


def assemble_separating(base: Base, device: DeviceFacts, *, abandon: Callable[[], None]) -> SeparatingParts:
    """Everything that does jobs, on this device. `abandon` ends the process. Raises CatalogInvalid."""
    settings = base.settings
    jail, weights = Jail(limits=_PROBE, preload=DECODING), _weights(settings)
    metrics = Metrics(DecodeExits(lambda: jail.endings))
    tracing = configure_tracing(settings.telemetry, service="worker")
    links = assemble_links(settings, jail, metrics.registry)
    chooser = ModelChooser(load_recipes(settings.models.catalog), weights)
    models = _pool(settings, device, _loader(settings, chooser, weights), metrics)
    name = worker_id(settings.instance, os.getpid())
    presence = Presence(name, base.registry, device, resident=lambda: models.resident, links=links.facts)
    runner = Runner(
        worker_id=name,
        store=base.store,
        queue=base.queue,
        speeds=SpeedBook(base.redis),
        pipeline=_pipeline(base, models, chooser, jail=jail, links=links, tracing=tracing),
        tracing=tracing,
        metrics=metrics,
        departure=Departure(settings.shutdown_seconds),
        leases=settings.queue,
        limits=TimeLimits(settings.time_limits, longest_seconds=settings.limits.max_duration_seconds),
        busy=presence.busy,
        abandon=abandon,
    )
    return SeparatingParts(
        base=base,
        runner=runner,
        presence=presence,
        models=models,
        chooser=chooser,
        jail=jail,
        links=links,
        tracing=tracing,
        metrics=metrics,
    )


def _pipeline(
    base: Base, models: ModelPool, chooser: ModelChooser, *, jail: Jail, links: Links, tracing: Tracing
) -> Pipeline:
    return Pipeline(
        storage=base.storage,
        fetcher=Fetcher(storage=base.storage, links=links.fetcher),
        models=models,
        chooser=chooser,
        scratch=Scratch(base.settings.scratch_folder),
        jail=jail,
        tracing=tracing,
        longest_seconds=base.settings.limits.max_duration_seconds,
    )


def _weights(settings: WorkerSettings) -> WeightsStore:
    models = settings.models
    folder = models.folder or default_folder()
    return WeightsStore(folder, mirror=models.mirror, offline_folder=models.offline_folder, fetch=models.fetch)


def _pool(settings: WorkerSettings, device: DeviceFacts, load: Callable[..., Separator], metrics: Metrics) -> ModelPool:
    """On the device; where `auto` chose it, a model that does not fit it may run on the CPU instead."""

    def on_cpu(name: str) -> Separator:
        separator = load(name, device="cpu")
        detail = f"The memory of {device.device} did not hold the model; it was run on the CPU."
        separator.warnings += (("moved_to_cpu", detail),)
        return separator

    spare = on_cpu if settings.device == "auto" and device.device != "cpu" else None
    return ModelPool(load, budget_bytes=settings.memory_bytes, metrics=metrics.models, spare=spare)


def _loader(settings: WorkerSettings, chooser: ModelChooser, weights: WeightsStore) -> Callable[..., Separator]:
    def load(name: str, device: str = settings.device) -> Separator:
        return load_separator(chooser.recipe(name), device=device, precision=settings.precision, weights=weights)

    return load
