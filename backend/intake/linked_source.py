"""Links in place of recordings: what can be said of them at once. A worker fetches; nothing is connected to here."""

from datetime import date
from typing import Any

from contract.display_names import display_name
from contract.errors import FieldProblem, UrlNotAllowed
from contract.recordings import Source
from contract.settings import SourceSettings
from contract.worker_registry import WorkerFacts
from media.sources.errors import LinkRefused
from media.sources.links import read_link
from media.sources.reach import Reach
from media.sources.sites.age import age_told
from media.sources.sites.table import site_of

LINKS_OFF = "Links are not fetched by this service; send the recording itself as a file."


def linked(told: Any, settings: SourceSettings, reach: Reach) -> Source:
    """The source that a request's `url` names. Raises FieldProblem when it is no text, UrlNotAllowed."""
    if not isinstance(told, str):
        raise FieldProblem([("/url", "must be a text")])
    if not settings.links:
        raise UrlNotAllowed(LINKS_OFF)
    try:
        link = read_link(told.strip(), reach)
    except LinkRefused as error:
        raise UrlNotAllowed(str(error)) from error
    site = site_of(link.host)
    if site is not None and site.name not in settings.sites:
        raise UrlNotAllowed(f"Links to {site.title} are not read by this service.")
    return Source(kind="url", url=link.url, filename=display_name(link.filename) or link.host)


def link_sites(settings: SourceSettings, workers: list[WorkerFacts]) -> list[str]:
    """The sites whose links can be read now: allowed here, and known to a worker that is alive."""
    known = {site for worker in workers for site in worker.links.sites}
    return [site for site in settings.sites if settings.links and site in known]


def links_told(settings: SourceSettings, workers: list[WorkerFacts], today: date) -> str:
    """In words, how links stand: off, what is read, and what an operator should do about it."""
    if not settings.links:
        return "off"
    told = [f"direct; {', '.join(link_sites(settings, workers)) or 'no sites'}"]
    versions = sorted({worker.links.yt_dlp for worker in workers if worker.links.yt_dlp})
    told += [age_told(version, today) for version in versions]
    told += sorted({f"canary: {worker.links.canary}" for worker in workers if worker.links.canary})
    return "; ".join(told)
