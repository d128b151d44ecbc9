"""Looks at one link of a site every so often, to know before anybody complains whether sites can still be read."""

import structlog
from prometheus_client import CollectorRegistry, Gauge

from media.errors import MediaError
from worker.links.fetching import LinkFetcher
from worker.scratch import Scratch

_log = structlog.get_logger(__name__)


class Canary:
    """`told` is what the last look came to, in words; None before the first."""

    def __init__(self, url: str, links: LinkFetcher, scratch: Scratch, registry: CollectorRegistry) -> None:
        self.told: str | None = None
        self._url = url
        self._links = links
        self._scratch = scratch
        self._works = Gauge(
            "stemify_worker_link_canary", "Whether the canary link could be read: 1 or 0.", registry=registry
        )

    def look(self) -> None:
        """Once. Raises OSError."""
        try:
            with self._scratch.folder() as folder:
                self._links.look(self._url, folder, _Patient())
        except MediaError as error:
            self._works.set(0)
            self.told = f"failed: {error}"
            _log.warning("link_canary_failed", because=str(error))
        else:
            self._works.set(1)
            self.told = "works"


class _Patient:
    """Lets it take the time it may take."""

    def check(self) -> None:
        """Nothing to give up for."""

    def reached(self, done: int, total: int | None) -> None:
        """Nobody watches."""
