"""What a site says of a recording before any of it is fetched, and whether it is to be fetched. Knows no yt-dlp."""

from typing import Any

from media.sources.sites.options import PREVIEW
from media.sources.sites.orders import Problem, SiteOrder

_LIVE = ("is_live", "is_upcoming", "post_live")
_STILL_LIVE = "Live streams are not fetched; send the link again when it is over."
_NO_LENGTH = "The site does not say how long this is, so it is not fetched."
_ONLY_A_PREVIEW = "Only its beginning is given to those who are not signed in."


class Unfit(Exception):
    """What was found is not to be fetched."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def check_fit(info: dict[str, Any], order: SiteOrder) -> None:
    """`info`: yt-dlp's of one recording. Raises Unfit."""
    duration = info.get("duration")
    if info.get("is_live") or info.get("live_status") in _LIVE:
        raise Unfit(Problem(kind="gone", detail=_STILL_LIVE))
    if not isinstance(duration, int | float):
        raise Unfit(Problem(kind="gone", detail=_NO_LENGTH))
    if duration > order.most_seconds:
        raise Unfit(Problem(kind="too_long"))
    formats = info.get("formats") or ()
    if formats and all(PREVIEW in str(told.get("format_id")) for told in formats):
        raise Unfit(Problem(kind="private", detail=_ONLY_A_PREVIEW))
