"""The whole stack on this machine: which processes make it, and their life from start to end.

It knows their commands and addresses, not what they do.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass

from cli import ports
from cli.child import ChildSpec
from cli.data_folder import DataFolder
from cli.embedded_redis import EmbeddedRedis
from cli.errors import StackFailed, WrongUse
from cli.health import answers
from cli.models_folder import default_folder
from cli.stop_signals import StopSignals
from cli.supervisor import Say, Supervisor

_READY_SECONDS = 180.0
_POLL_SECONDS = 0.1
_API_STOP_SECONDS = 8.0
_WORKER_STOP_SECONDS = 25.0  # the worker's own 20 s for the running job, and a little


@dataclass(frozen=True, kw_only=True)
class StackOptions:
    """Where the stack listens, how many workers it has, and what its processes are told besides.

    `embedded`: start a server of our own even where the environment names one (REDIS_URL).
    """

    port: int
    host: str = "127.0.0.1"
    workers: int = 1
    embedded: bool = False
    environment: tuple[tuple[str, str], ...] = ()

    @property
    def url(self) -> str:
        """The stack's address for a browser on this machine."""
        host = "localhost" if self.host in ("127.0.0.1", "0.0.0.0", "::", "::1") else self.host  # noqa: S104
        return f"http://{host}:{self.port}"

    @property
    def health_url(self) -> str:
        """Where the stack says that it is ready."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        return f"http://[{host}]:{self.port}/health/ready" if ":" in host else f"http://{host}:{self.port}/health/ready"


async def run_stack(
    options: StackOptions, folder: DataFolder, *, say: Say, then: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Start the stack in `folder`; when it is ready, await `then` (or stay up); stop everything at the end.

    SIGINT, SIGTERM and SIGHUP end it in good order, a second one at once. Raises StackFailed, WrongUse, Interrupted
    (only when `then` had not ended), and whatever `then` raises.
    """
    if refusal := ports.refusal(options.host, options.port):
        raise WrongUse(f"Port {options.port} of {options.host} {refusal}; choose another with --port or --host.")
    supervisor = Supervisor(logs=folder.logs, say=say)
    with ExitStack() as opened, StopSignals() as signals:
        redis = None if _uses_outside_redis(options) else opened.enter_context(EmbeddedRedis(folder.redis))
        try:
            await signals.until_stopped(_live(options, folder, supervisor, redis, then))
        finally:
            signals.on_second(supervisor.kill, say)
            await supervisor.stop()


async def _live(
    options: StackOptions,
    folder: DataFolder,
    supervisor: Supervisor,
    redis: EmbeddedRedis | None,
    then: Callable[[], Awaitable[None]] | None,
) -> None:
    environment = _environment(options, folder, redis)
    if redis is not None:
        supervisor.add(redis.spec())
        await _until(redis.answers, supervisor, "Redis-compatible server")
    supervisor.add(_api(environment))
    for number in range(1, options.workers + 1):
        supervisor.add(_worker(number, environment))
    await _until(lambda: answers(options.health_url), supervisor, "stack")
    supervisor.ready()
    await (then() if then else asyncio.Event().wait())


async def _until(is_so: Callable[[], Awaitable[bool]], supervisor: Supervisor, what: str) -> None:
    deadline = asyncio.get_running_loop().time() + _READY_SECONDS
    while not await is_so():
        supervisor.check()
        if asyncio.get_running_loop().time() > deadline:
            raise StackFailed(
                f"The {what} was not ready after {_READY_SECONDS:.0f} s; see the logs in the data folder."
            )
        await asyncio.sleep(_POLL_SECONDS)


def _uses_outside_redis(options: StackOptions) -> bool:
    return not options.embedded and bool(os.environ.get("REDIS_URL") or os.environ.get("STEMIFY_REDIS__URL"))


def _environment(options: StackOptions, folder: DataFolder, redis: EmbeddedRedis | None) -> dict[str, str]:
    """What the API and the workers are told; what the caller's environment says of folders holds."""
    ours = {
        "STEMIFY_STORAGE__URL": f"file:{folder.blobs}",
        "STEMIFY_SCRATCH_FOLDER": str(folder.scratch),
        "STEMIFY_MODELS__FOLDER": str(default_folder()),
    }
    told = {name: os.environ.get(name, value) for name, value in ours.items()}
    if redis is not None:
        told |= {"REDIS_URL": redis.url, "STEMIFY_REDIS__URL": redis.url}
    address = {"STEMIFY_HOST": options.host, "STEMIFY_PORT": str(options.port), "PORT": str(options.port)}
    return told | address | dict(options.environment)


def _api(environment: dict[str, str]) -> ChildSpec:
    return ChildSpec(
        name="api",
        command=(sys.executable, "-m", "backend.main"),
        environment=environment,
        stop_seconds=_API_STOP_SECONDS,
    )


def _worker(number: int, environment: dict[str, str]) -> ChildSpec:
    return ChildSpec(
        name=f"worker{number}",
        command=(sys.executable, "-m", "worker.main", "--hostname", f"stemify{number}@%h"),
        environment=environment,
        stop_seconds=_WORKER_STOP_SECONDS,
    )
