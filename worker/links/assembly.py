"""Builds what fetches links from a worker's settings. Opens no connection and starts no child yet."""

from dataclasses import dataclass

import structlog
from prometheus_client import CollectorRegistry

from contract.settings import SourceSettings
from contract.worker_registry import LinkFacts
from media.jail import Jail
from media.sources.dialing import Dialer
from media.sources.direct import DirectFetcher
from media.sources.reach import Reach, reach_of
from media.sources.sites.fetcher import SiteFetcher, SiteTools
from media.sources.sites.installed import deno_path, yt_dlp_version
from media.sources.upstream import UpstreamDialer
from media.walls import Wall
from worker.links.canary import Canary
from worker.links.fetching import LinkFetcher
from worker.scratch import Scratch
from worker.settings import WorkerSettings
from worker.upkeep.chores import Chore

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Links:
    """What fetches links in one worker, and the canary that looks whether sites can be read, if there is one."""

    settings: SourceSettings
    fetcher: LinkFetcher
    canary: Canary | None

    def facts(self) -> LinkFacts:
        """What a worker says of its links."""
        version = yt_dlp_version(self.settings.yt_dlp_folder) if self.settings.links else None
        told = None if self.canary is None else self.canary.told
        return LinkFacts(sites=self.settings.sites if version else (), yt_dlp=version, canary=told)

    def start(self) -> None:
        """Let the canary look from now on."""
        if self.canary is not None:
            Chore("link-canary", self.settings.canary_seconds, self.canary.look).start()


def assemble_links(settings: WorkerSettings, jail: Jail, registry: CollectorRegistry) -> Links:
    """For one worker. Raises ValueError for settings that cannot work, OSError for a file that cannot be read."""
    sources = settings.sources
    reach = reach_of(sources.ports, sources.allow_private_hosts)
    fetcher = LinkFetcher(
        settings=sources,
        limits=settings.limits,
        reach=reach,
        direct=DirectFetcher(Dialer(reach), ca_file=sources.ca_file),
        sites=_sites(sources, reach),
        jail=jail,
    )
    url = sources.canary_url if sources.links else None
    canary = None if url is None else Canary(url, fetcher, Scratch(settings.scratch_folder), registry)
    return Links(sources, fetcher, canary)


def _sites(settings: SourceSettings, reach: Reach) -> SiteFetcher | None:
    if not settings.sites or yt_dlp_version(settings.yt_dlp_folder) is None:
        return None
    proxy = settings.sites_proxy
    dialer = Dialer(reach) if proxy is None else UpstreamDialer(proxy.get_secret_value(), reach)
    tools = SiteTools(
        yt_dlp_folder=settings.yt_dlp_folder,
        deno=deno_path(),
        cookies_file=settings.cookies_file,
        ca_file=settings.ca_file,
    )
    return SiteFetcher(dialer, tools, missing=_tell_missing)


def _tell_missing(missing: dict[Wall, str]) -> None:
    for wall, why in missing.items():
        _log.warning("site_reader_weaker", missing=wall.value, because=why)
