"""A link in place of a recording: what can be said of it at once. A worker fetches it; nothing is connected to here."""

from typing import Any

from contract.display_names import display_name
from contract.errors import FieldProblem, UrlNotAllowed
from contract.recordings import Source
from contract.settings import SourceSettings
from media.sources.errors import LinkRefused
from media.sources.links import read_link
from media.sources.reach import Reach

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
    return Source(kind="url", url=link.url, filename=display_name(link.filename) or link.host)
