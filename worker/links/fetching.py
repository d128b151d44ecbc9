"""Fetches what a job's link leads to, and keeps it only if it is audio that may be separated. Knows no job."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from contract.display_names import display_name
from contract.recordings import Source, Warned
from contract.settings import LimitSettings, SourceSettings
from media.errors import MediaTooLong
from media.facts import AudioFacts
from media.jail import Jail
from media.jailed_probe import probe_in
from media.sources.direct import DirectFetcher
from media.sources.errors import SourceBlocked
from media.sources.links import Link, read_link
from media.sources.reach import Reach
from media.sources.sites.fetcher import SiteFetcher
from media.sources.sites.table import Site, site_of
from media.sources.terms import Onlooker, Terms
from worker.watching import Watching

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Found:
    """What a link led to, and what the caller should know of it."""

    source: Source
    warnings: tuple[Warned, ...]


@dataclass(frozen=True, kw_only=True)
class LinkFetcher:
    """What one deployment fetches. Strangers' bytes are looked at in the `jail` alone."""

    settings: SourceSettings
    limits: LimitSettings
    reach: Reach
    direct: DirectFetcher
    sites: SiteFetcher | None
    jail: Jail

    def fetch(self, source: Source, path: Path, watching: Watching, *, share: float) -> Found:
        """Write the recording to `path`; `share`: of the stage `fetching`.

        Raises Stopped, SourceError, LinkRefused, MediaError, OSError.
        """
        if not self.settings.links:
            raise SourceBlocked("Links are not fetched by this service's workers.", lasting=True)
        link = read_link(source.url or "", self.reach)
        telling = _Telling(watching, link.host, share)
        site = site_of(link.host)
        came = self._direct(link, path, telling) if site is None else self._from_site(site, link, path, telling)
        watching.listen()
        facts = self._looked_at(path)
        _log.info("link_fetched", host=link.host, bytes=came["bytes"], codec=facts.codec)
        known = {name: getattr(facts, name) for name in ("codec", "sample_rate", "channels", "bit_depth")}
        changes = known | came | {"duration_seconds": facts.duration_seconds}
        changes["filename"] = display_name(came["filename"]) or link.host
        warned = tuple(Warned(code=code, detail=text) for code, text in facts.warnings)
        return Found(source.model_copy(update=changes), warned)

    def look(self, url: str, folder: Path, onlooker: Onlooker) -> str:
        """What a site's link leads to, without fetching it. Raises SourceError, LinkRefused, MediaError, OSError."""
        link = read_link(url, self.reach)
        site = site_of(link.host)
        if site is None:
            raise SourceBlocked("This is no link to a site.", lasting=True)
        return self._fetcher_of(site).look(site, link, folder, terms=self._terms(), onlooker=onlooker)

    def _direct(self, link: Link, path: Path, onlooker: Onlooker) -> dict[str, Any]:
        fetched = self.direct.fetch(link, path, terms=self._terms(), onlooker=onlooker)
        return {"filename": fetched.filename, "bytes": fetched.bytes}

    def _from_site(self, site: Site, link: Link, path: Path, onlooker: Onlooker) -> dict[str, Any]:
        longest = self.limits.max_duration_seconds
        found = self._fetcher_of(site).fetch(
            site, link, path, terms=self._terms(), longest_seconds=longest, onlooker=onlooker
        )
        told = {"title": found.title or None, "uploader": found.uploader or None}
        return told | {"filename": found.filename, "bytes": found.bytes}

    def _fetcher_of(self, site: Site) -> SiteFetcher:
        if site.name not in self.settings.sites:
            raise SourceBlocked(f"Links to {site.title} are not read by this service.", lasting=True)
        if self.sites is None:
            raise SourceBlocked(
                f"Links to {site.title} are not read here: the worker lacks the extra `youtube`.", lasting=True
            )
        return self.sites

    def _terms(self) -> Terms:
        settings = self.settings
        return Terms(
            most_bytes=self.limits.max_upload_bytes,
            most_seconds=settings.most_seconds,
            stall_seconds=settings.stall_seconds,
            least_bytes_per_second=settings.min_bytes_per_second,
        )

    def _looked_at(self, path: Path) -> AudioFacts:
        most = self.limits.max_duration_seconds
        facts = probe_in(self.jail, path, min_seconds=self.limits.min_duration_seconds, max_seconds=most)
        if facts.duration_seconds is not None and facts.duration_seconds > most:
            raise MediaTooLong(most)
        return facts


class _Telling:
    """Tells the job's watchers how far a fetch is."""

    def __init__(self, watching: Watching, host: str, share: float) -> None:
        self._watching = watching
        self._host = host
        self._share = share

    def check(self) -> None:
        """Raises Stopped."""
        self._watching.listen()

    def reached(self, done: int, total: int | None) -> None:
        """So many bytes are here."""
        of_all = f" of {total / 1e6:.1f}" if total else ""
        message = f"Fetching the recording from {self._host} ({done / 1e6:.1f}{of_all} MB)"
        self._watching.reached("fetching", self._share * done / total if total else 0.0, message=message)
