"""Is this service able to take and do jobs? Asks each thing it stands on, and names it."""

import importlib.metadata
from collections.abc import Callable
from datetime import UTC, datetime

from backend.assembly import Parts
from backend.intake.linked_source import links_told
from backend.schemas import DependencyBody, HealthBody
from contract.errors import NoWorker, OperatorError


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
    """Redis, storage and at least one worker. Blocks for as long as one of them takes to answer or time out."""
    redis = _checked("redis", lambda: _redis(parts))
    worker = _checked("worker", lambda: _worker(parts)) if redis.ok else _unasked("worker")
    dependencies = [redis, _checked("storage", lambda: _storage(parts)), worker]
    if parts.settings.sources.links and redis.ok:
        dependencies.append(_checked("links", lambda: _links(parts)))
    good = all(dependency.ok for dependency in dependencies)
    return HealthBody(status="ok" if good else "unavailable", version=version(), dependencies=dependencies)


def _unasked(name: str) -> DependencyBody:
    """What only Redis could tell is not asked for again: each question would wait for its time-out."""
    return DependencyBody(name=name, ok=False, detail="Not known while Redis does not answer.")


def _checked(name: str, check: Callable[[], str]) -> DependencyBody:
    try:
        return DependencyBody(name=name, ok=True, detail=check())
    except OperatorError as error:
        return DependencyBody(name=name, ok=False, detail=error.detail)


def _redis(parts: Parts) -> str:
    parts.store.now()
    return "answers"


def _storage(parts: Parts) -> str:
    parts.storage.check()
    return "takes files"


def _worker(parts: Parts) -> str:
    count = len(parts.workers.live())
    if count == 0:
        raise NoWorker
    return f"{count} alive"


def _links(parts: Parts) -> str:
    """A note for the operator: trouble with other sites is no reason to send no more jobs here."""
    return links_told(parts.settings.sources, parts.workers.live(), datetime.now(UTC).date())
