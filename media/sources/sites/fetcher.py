"""Fetches a recording from a known site: starts the confined child, serves its door, hears it out. Knows no job."""

import math
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import certifi

from media.errors import MediaTooLong
from media.limits import Limits
from media.sources.dialing import Dialing
from media.sources.errors import LinkRefused, SourceBlocked, SourcePrivate, SourceTooLarge, SourceUnavailable
from media.sources.links import Link
from media.sources.sites.child import Child
from media.sources.sites.orders import Found, Problem, SiteOrder
from media.sources.sites.table import Site
from media.sources.terms import Onlooker, Pace, Terms
from media.walls import Wall

_PAGES_BYTES = 64 * 2**20
"""What a site may send besides the recording: pages and scripts."""
_MEMORY_BYTES = 2 * 2**30
_CPU_SECONDS = 180.0
_DESCRIPTORS = 256
_AS_IN_PATHS = re.compile(r"[/\\]+")


@dataclass(frozen=True, kw_only=True)
class SiteTools:
    """What the child is given: a newer yt-dlp than the installed one, a JavaScript runtime, cookies, certificates."""

    yt_dlp_folder: Path | None = None
    deno: Path | None = None
    cookies_file: Path | None = None
    ca_file: Path | None = None


@dataclass(frozen=True)
class SiteRecording:
    """What a site gave: its size, and what the site says of it (for display only)."""

    bytes: int
    filename: str
    title: str
    uploader: str


class SiteFetcher:
    """Fetches through a dialer. `missing` hears which walls around the child do not stand here."""

    def __init__(self, dialer: Dialing, tools: SiteTools, *, missing: Callable[[dict[Wall, str]], None]) -> None:
        self._dialer = dialer
        self._tools = tools
        self._missing = missing

    def fetch(
        self, site: Site, link: Link, path: Path, *, terms: Terms, longest_seconds: float, onlooker: Onlooker
    ) -> SiteRecording:
        """Write the recording into `path`, beside which the child has a folder while it works.

        Raises SourceError, LinkRefused, MediaTooLong, OSError, and what `onlooker.check` raises.
        """
        with _working_folder(path.parent) as folder:
            order = self._order(site, link, folder, terms=terms, longest_seconds=longest_seconds)
            found = self._served(order, folder, site, terms, onlooker)
            size = _taken(folder, found, path)
        name = _AS_IN_PATHS.sub("-", found.title or site.title)  # of a name only what follows a slash is shown
        return SiteRecording(size, name + Path(found.file or "").suffix, found.title, found.uploader)

    def look(self, site: Site, link: Link, beside: Path, *, terms: Terms, onlooker: Onlooker) -> str:
        """The title of what could be fetched, without fetching it; works in the folder `beside`. Raises as fetch."""
        with _working_folder(beside) as folder:
            order = self._order(site, link, folder, terms=terms, longest_seconds=math.inf)
            return self._served(replace(order, download=False), folder, site, terms, onlooker).title

    def _order(self, site: Site, link: Link, folder: Path, *, terms: Terms, longest_seconds: float) -> SiteOrder:
        tools = self._tools
        return SiteOrder(
            url=site.single(link.url),
            is_short=link.host in site.short,
            extractor=site.extractor,
            most_seconds=longest_seconds,
            most_bytes=terms.most_bytes,
            stall_seconds=terms.stall_seconds,
            limits=Limits(
                wall_seconds=terms.most_seconds,
                cpu_seconds=_CPU_SECONDS,
                memory_bytes=_MEMORY_BYTES,
                file_bytes=terms.most_bytes + 2**20,
                descriptors=_DESCRIPTORS,
            ),
            deno=None if tools.deno is None else str(tools.deno),
            cookies=None if tools.cookies_file is None else _copied(tools.cookies_file, folder / "cookies.txt"),
            certificates=None if tools.ca_file is None else _bundled(tools.ca_file, folder / "certificates.pem"),
        )

    def _served(self, order: SiteOrder, folder: Path, site: Site, terms: Terms, onlooker: Onlooker) -> Found:
        pace = Pace(terms)

        def check() -> None:
            onlooker.check()
            pace.check()

        child = Child(order, folder, self._dialer, yt_dlp_folder=self._tools.yt_dlp_folder)
        most_bytes = terms.most_bytes + _PAGES_BYTES
        outcome, refused = child.run(check, onlooker.reached, self._missing, most_bytes=most_bytes)
        if isinstance(outcome, Found):
            return outcome
        raise _error(outcome, refused, site, order)


@contextmanager
def _working_folder(parent: Path) -> Iterator[Path]:
    folder = parent / "site"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _error(problem: Problem, refused: Exception | None, site: Site, order: SiteOrder) -> Exception:
    """Where the door refused somebody, that is the reason; else what the child says."""
    if refused is not None and (isinstance(refused, LinkRefused) or problem.kind == "unavailable"):
        return refused
    said = f"{site.title} says: {problem.detail}" if problem.detail else f"{site.title} gave no recording."
    match problem.kind:
        case "too_long":
            return MediaTooLong(order.most_seconds)
        case "too_large":
            return SourceTooLarge(order.most_bytes)
        case "blocked":
            return SourceBlocked(said, lasting=True)
        case "private":
            return SourcePrivate(said, lasting=True)
    return SourceUnavailable(said, lasting=problem.kind == "gone")


def _taken(folder: Path, found: Found, path: Path) -> int:
    """Move the child's file to its place, if it is a plain one; its size."""
    file = folder / (found.file or "nothing")
    told = os.lstat(file)
    if not stat.S_ISREG(told.st_mode):
        raise SourceUnavailable("What was fetched is not a file.")
    file.replace(path)
    return told.st_size


def _copied(source: Path, place: Path) -> str:
    """yt-dlp writes its cookies back when it ends: into a copy."""
    place.touch(mode=0o600)
    place.write_bytes(source.read_bytes())
    return place.name


def _bundled(ca_file: Path, place: Path) -> str:
    place.write_bytes(Path(certifi.where()).read_bytes() + b"\n" + ca_file.read_bytes())
    return place.name
