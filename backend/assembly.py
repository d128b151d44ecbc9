"""Builds the API tier's parts from its settings: the only place here that makes clients. Opens nothing yet."""

import time
from dataclasses import dataclass, field

import redis
import socketio
from anyio import CapacityLimiter
from redis import asyncio as redis_asyncio

from backend.intake.arrivals import Arrivals
from backend.intake.idempotency import IdempotencyKeys
from backend.live.frames import CheckedPacket
from backend.live.relay import Relay
from backend.live.rooms import Rooms
from backend.metrics import Metrics, ServiceCollector
from backend.rate_limits import JobsPerHour
from backend.resumable.book import UploadBook
from backend.resumable.desk import UploadDesk
from backend.resumable.direct import DirectUploads
from backend.resumable.writer_lease import WriterLeases
from backend.settings import ApiSettings
from backend.view.looks import Looks
from backend.view.outlooks import Outlooks
from backend.view.snapshots import Snapshots
from contract.catalog import Catalog, load_catalog
from contract.decode_exits import DecodeExits
from contract.janitor import Janitor
from contract.job_store import JobStore
from contract.line.speeds import SpeedBook
from contract.records.job_reader import JobReader
from contract.records.unreadable import UnreadableRecords
from contract.redis_client import connect, connect_async
from contract.room import Room
from contract.settings import ModelSettings
from contract.statistics import Statistics
from contract.storage import BlobStore, open_storage
from contract.task_queue import TaskQueue, make_celery
from contract.tracing import Tracing, configure_tracing
from contract.worker_registry import WorkerRegistry
from media.jail import Jail
from media.limits import Limits
from media.sources.reach import Reach, reach_of

_INSPECTIONS = 4
"""Recordings looked at together: a slow one must not take the threads that answer everybody else."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Everything a request may need."""

    settings: ApiSettings
    catalog: Catalog
    redis: redis.Redis
    async_redis: redis_asyncio.Redis
    store: JobStore
    queue: TaskQueue
    storage: BlobStore
    uploads: UploadDesk
    direct: DirectUploads
    room: Room
    janitor: Janitor
    workers: WorkerRegistry
    speeds: SpeedBook
    outlooks: Outlooks
    snapshots: Snapshots
    relay: Relay
    rooms: Rooms
    sockets: socketio.AsyncServer
    idempotency: IdempotencyKeys
    jobs_per_hour: JobsPerHour | None
    looks: Looks
    mixdowns: CapacityLimiter
    jail: Jail
    reach: Reach
    metrics: Metrics
    tracing: Tracing
    inspections: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_INSPECTIONS))
    arrivals: Arrivals = field(default_factory=Arrivals)
    began_at: float = field(default_factory=time.time)


def assemble(settings: ApiSettings) -> Parts:
    """The parts, wired. Raises ValueError, UnknownModel for settings that cannot work."""
    client, async_client = connect(settings.redis), connect_async(settings.redis)
    store = JobStore(client, queue=settings.queue, retention=settings.retention)
    queue = TaskQueue(make_celery(settings.redis, settings.queue), settings.queue.name)
    storage, jail = open_storage(settings.storage), _jail(settings)
    room, book = Room(client, storage, settings.storage), UploadBook(client, settings.limits.open_uploads)
    workers, speeds = WorkerRegistry(client), SpeedBook(client)
    outlooks = Outlooks(store, speeds, workers)
    looks = Looks(JobReader(async_client), outlooks, UnreadableRecords(client))
    relay = Relay(async_client, looks, silence_seconds=settings.live.silence_seconds)
    rooms = Rooms(relay, looks, settings.live)
    return Parts(
        settings=settings,
        catalog=_catalog(settings.models),
        redis=client,
        async_redis=async_client,
        store=store,
        queue=queue,
        storage=storage,
        uploads=UploadDesk(book, WriterLeases(client), storage=storage, store=store, room=room),
        direct=DirectUploads(book, storage),
        room=room,
        janitor=Janitor(store, queue, storage),
        workers=workers,
        speeds=speeds,
        outlooks=outlooks,
        snapshots=Snapshots(store, outlooks),
        relay=relay,
        rooms=rooms,
        sockets=_socket_server(settings, rooms),
        idempotency=IdempotencyKeys(client),
        jobs_per_hour=_jobs_per_hour(settings, client),
        looks=looks,
        mixdowns=CapacityLimiter(settings.mixes.at_once),
        jail=jail,
        reach=reach_of(settings.sources.ports, settings.sources.allow_private_hosts),
        tracing=configure_tracing(settings.telemetry, service="api"),
        metrics=Metrics(_collector(client, store, rooms), DecodeExits(lambda: jail.endings)),
    )


def _jobs_per_hour(settings: ApiSettings, client: redis.Redis) -> JobsPerHour | None:
    limit = settings.limits.jobs_per_hour
    return None if limit is None else JobsPerHour(client, limit)


def _collector(client: redis.Redis, store: JobStore, rooms: Rooms) -> ServiceCollector:
    speeds, workers, statistics = SpeedBook(client), WorkerRegistry(client), Statistics(client)
    return ServiceCollector(store, speeds=speeds, workers=workers, statistics=statistics, audience=rooms)


def _jail(settings: ApiSettings) -> Jail:
    seconds = settings.intake.probe_seconds
    # Half of it on the processor: what takes longer than that on a machine of its own will not do better on a busy one.
    return Jail(limits=Limits(wall_seconds=seconds, cpu_seconds=seconds / 2))


def _catalog(models: ModelSettings) -> Catalog:
    catalog = load_catalog(models.catalog)
    catalog.entry(models.default)  # a default that nobody offers would fail every job that names no model
    return catalog


def _socket_server(settings: ApiSettings, rooms: Rooms) -> socketio.AsyncServer:
    server = socketio.AsyncServer(
        async_mode="asgi",
        transports=list(settings.live.transports),
        # None means: pages of this server's own origin. Programs send no Origin and always may.
        cors_allowed_origins=list(settings.cors_origins) or None,
        max_http_buffer_size=16_384,
        ping_interval=20,
        ping_timeout=20,
        serializer=CheckedPacket,
        logger=False,
        engineio_logger=False,
    )
    server.register_namespace(rooms)
    return server
