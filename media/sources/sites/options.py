"""yt-dlp's options: one recording, the best audio as it is, nothing run, nothing kept, everything through the proxy."""

from collections.abc import Callable
from typing import Any

from media.sources.sites.orders import SiteOrder

PREVIEW = "preview"
"""What the names of formats hold that are but the beginning of a recording."""
_PROTOCOLS = ("bestaudio[protocol^=http]", "bestaudio[protocol=m3u8_native]", "best[protocol^=http][acodec!=?none]")
"""Those that yt-dlp speaks itself: others would start a program that knows no proxy."""
_FORMAT = "/".join(f"{choice}[format_id!*={PREVIEW}]" for choice in _PROTOCOLS)

_ALWAYS: dict[str, Any] = {
    "format": _FORMAT,
    "outtmpl": "recording.%(ext)s",
    "restrictfilenames": True,
    "noplaylist": True,
    "playlist_items": "1",
    "retries": 2,
    "fragment_retries": 2,
    "extractor_retries": 1,
    "concurrent_fragment_downloads": 1,
    "skip_unavailable_fragments": False,
    "enable_file_urls": False,
    "allow_unplayable_formats": False,
    "cachedir": False,
    "usenetrc": False,
    "writeinfojson": False,
    "writethumbnail": False,
    "postprocessors": [],
    "fixup": "never",
    "external_downloader": None,
    "hls_prefer_native": True,
    "ffmpeg_location": "/nowhere",
    "remote_components": [],
    "updatetime": False,
    "continuedl": False,
    "color": "never",
    "quiet": True,
    "noprogress": True,
    "no_warnings": True,
}


def options_of(
    order: SiteOrder, *, port: int, check: Callable[..., str | None], told: Callable[..., None]
) -> dict[str, Any]:
    """For this order, through the proxy on this port of loopback. `check` judges what is found."""
    return _ALWAYS | {
        "proxy": f"http://127.0.0.1:{port}",
        "match_filter": check,
        "progress_hooks": [told],
        "socket_timeout": order.stall_seconds,
        "cookiefile": order.cookies,
        "js_runtimes": {} if order.deno is None else {"deno": {"path": order.deno}},
        "compat_opts": {"no-certifi"} if order.certificates else set(),
    }
