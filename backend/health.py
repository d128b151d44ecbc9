"""Is this service able to take and do jobs? Asks each thing it stands on, and names it."""

import importlib.metadata
from collections.abc import Callable

from backend.assembly import Parts
from backend.schemas import DependencyBody, HealthBody
from contract.errors import NoWorker, OperatorError

_NO_SUCH_BLOB = "health/none"


def version() -> str:
    """This program's version."""
    try:
        return importlib.metadata.version("stemify")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def alive() -> HealthBody:
    """This process answers; that is all."""
    return HealthBody(status="ok", version=version())


def ready(parts: Parts) -> HealthBody:
    """Redis, storage and at least one worker. Blocks for as long as the slowest of them takes to answer or time out."""
    checks: dict[str, Callable[[], str]] = {
        "redis": lambda: _redis(parts),
        "storage": lambda: _storage(parts),
        "worker": lambda: _worker(parts),
    }
    dependencies = [_checked(name, check) for name, check in checks.items()]
    good = all(dependency.ok for dependency in dependencies)
    return HealthBody(status="ok" if good else "unavailable", version=version(), dependencies=dependencies)


def _checked(name: str, check: Callable[[], str]) -> DependencyBody:
    try:
        return DependencyBody(name=name, ok=True, detail=check())
    except OperatorError as error:
        return DependencyBody(name=name, ok=False, detail=error.detail)


def _redis(parts: Parts) -> str:
    parts.store.now()
    return "answers"


def _storage(parts: Parts) -> str:
    parts.storage.facts(_NO_SUCH_BLOB)
    return "answers"


def _worker(parts: Parts) -> str:
    count = len(parts.workers.live())
    if count == 0:
        raise NoWorker
    return f"{count} alive"
