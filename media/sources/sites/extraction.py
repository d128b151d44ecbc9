"""Runs yt-dlp for one recording. In the confined child alone; it tells what it does, and decides nothing else."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from media.sources.sites.fitness import Unfit, check_fit
from media.sources.sites.options import options_of
from media.sources.sites.orders import Found, News, Problem, Progressed, SiteOrder, shortened
from media.sources.sites.verdicts import unread, verdict

_MOST_WARNINGS = 20
_MOST_LETTERS = 1000


def extract(order: SiteOrder, *, port: int, tell: Callable[[News], None]) -> Found | Problem:
    """Fetch the recording into the working folder through the proxy on `port`."""
    from yt_dlp import YoutubeDL  # heavy: loaded before the child is confined
    from yt_dlp.utils import GeoRestrictedError, YoutubeDLError  # as above

    def told(news: dict[str, Any]) -> None:
        done = int(news.get("downloaded_bytes") or 0)
        total = news.get("total_bytes")
        if max(done, total or 0) > order.most_bytes:
            raise Unfit(Problem(kind="too_large"))
        total = total or news.get("total_bytes_estimate")
        tell(Progressed(done=done, total=None if total is None else int(total)))

    def check(info: dict[str, Any], *, incomplete: Any = False) -> str | None:
        if incomplete is not True:  # a set of names: only the format is not chosen yet
            check_fit(info, order)
        return None

    options = options_of(order, port=port, check=check, told=told)
    heard = _Heard()
    try:
        with YoutubeDL(options | {"logger": heard}, auto_init=False) as downloader:
            downloader.add_info_extractor(_extractor(order.extractor)())
            url = downloader.urlopen(order.url).url if order.is_short else order.url
            info = downloader.extract_info(url, download=order.download)
    except Unfit as unfit:
        return unfit.problem
    except YoutubeDLError as error:
        return verdict(
            error, is_geo=lambda caught: isinstance(_cause(caught), GeoRestrictedError), warnings=heard.warnings
        )
    except Exception:  # noqa: BLE001 - extractors stumble in every way over what they do not know
        return unread()
    return _found(info, order)


def load(extractor: tuple[str, str]) -> None:
    """Load what the extraction will need, while that can still be read."""
    importlib.import_module("yt_dlp")
    _extractor(extractor)


def _extractor(place: tuple[str, str]) -> Any:
    module, name = place
    return getattr(importlib.import_module(f"yt_dlp.extractor.{module}"), name)


def _found(info: Any, order: SiteOrder) -> Found | Problem:
    if not isinstance(info, dict):
        return Problem(kind="gone", detail="There is no recording under this link.")
    file = next(iter(Path().glob("recording.*")), None)
    if order.download and file is None:
        return Problem(kind="unavailable")
    uploader = next((info[name] for name in ("artist", "uploader", "channel") if info.get(name)), "")
    return Found(
        file=None if file is None else file.name,
        title=shortened(info.get("track") or info.get("title")),
        uploader=shortened(uploader),
        duration_seconds=info.get("duration"),
    )


def _cause(error: BaseException) -> BaseException | None:
    """What a DownloadError was made of."""
    caught = getattr(error, "exc_info", None)
    return caught[1] if caught else None


class _Heard:
    """yt-dlp's words go nowhere: its errors are raised. The first of its warnings are kept."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def debug(self, message: str) -> None:
        """Nothing."""

    def warning(self, message: str) -> None:
        """Keep it."""
        if len(self.warnings) < _MOST_WARNINGS:
            self.warnings.append(message[:_MOST_LETTERS])

    def error(self, message: str) -> None:
        """Nothing."""
