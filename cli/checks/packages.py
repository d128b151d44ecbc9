"""Which parts of Stemify are installed, by the packages each needs. Nothing is imported."""

import datetime as dt
from importlib.metadata import PackageNotFoundError, version

from cli.checks.finding import Finding, broken, note, ok

_PARTS = {
    "api": ("fastapi", "uvicorn", "python-multipart", "zipstream-ng"),
    "worker": ("torch", "demucs", "safetensors", "einops", "julius"),
}
_OPTIONAL = {
    "youtube": (("yt-dlp",), "links to YouTube and the like"),
    "s3": (("obstore",), "keeping files in a bucket"),
}
_YT_DLP_DAYS = 60


def packages() -> list[Finding]:
    """The parts the main job needs, then the optional ones."""
    needed = [_needed(part, names) for part, names in _PARTS.items()]
    return needed + [_optional(part, names, use) for part, (names, use) in _OPTIONAL.items()]


def yt_dlp() -> list[Finding]:
    """The age of yt-dlp, which sites outrun; nothing when it is not installed."""
    found = _version("yt-dlp")
    if found is None:
        return []
    today = dt.datetime.now(dt.UTC).date()
    days = (today - _released(found, today)).days
    if days > _YT_DLP_DAYS:
        return [note("yt-dlp", f"{found}, {days} days old", "Run `pip install -U yt-dlp`: sites change often.")]
    return [ok("yt-dlp", f"{found}, {days} days old")]


def _needed(part: str, names: tuple[str, ...]) -> Finding:
    missing = [name for name in names if _version(name) is None]
    if missing:
        return broken(part, f"missing: {', '.join(missing)}", f"Run `pip install 'stemify[{part}]'`.")
    return ok(part, f"{names[0]} {_version(names[0])}, {names[1]} {_version(names[1])}")


def _optional(part: str, names: tuple[str, ...], use: str) -> Finding:
    if any(_version(name) is None for name in names):
        return note(part, "not installed", f"Only needed for {use}: `pip install 'stemify[{part}]'`.")
    return ok(part, f"{names[0]} {_version(names[0])}")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _released(found: str, otherwise: dt.date) -> dt.date:
    """The day in a version like 2026.10.26."""
    try:
        year, month, day = (int(part) for part in found.split(".")[:3])
        return dt.date(year, month, day)
    except ValueError:
        return otherwise
