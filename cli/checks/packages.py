"""Which parts of Stemify are installed, by the packages each needs. Nothing is imported."""

import datetime as dt
import importlib.util
from importlib.metadata import PackageNotFoundError, version

from cli.checks.finding import Finding, broken, note, ok
from media.sources.sites.age import OLD_DAYS, days_old
from media.sources.sites.installed import deno_path

_PARTS = {
    "api": ("fastapi", "uvicorn", "python-multipart", "zipstream-ng"),
    "worker": ("torch", "demucs", "safetensors", "einops", "julius"),
}
_OPTIONAL = {
    "youtube": (("yt-dlp", "yt-dlp-ejs"), "links to YouTube and the like"),
    "s3": (("obstore",), "keeping files in a bucket"),
}


def packages() -> list[Finding]:
    """The parts the main job needs, then the optional ones."""
    needed = [_needed(part, names) for part, names in _PARTS.items()]
    if not _room("backend"):  # as in the worker's image: the API has one of its own
        needed[0] = note("api", "not in this image", "Workers do without; `stemify up` and `stemify demo` need it.")
    return needed + [_optional(part, names, use) for part, (names, use) in _OPTIONAL.items()]


def yt_dlp() -> list[Finding]:
    """The age of yt-dlp, which sites outrun; nothing when it is not installed."""
    found = _version("yt-dlp")
    if found is None:
        return []
    days = days_old(found, dt.datetime.now(dt.UTC).date())
    told = found if days is None else f"{found}, {days} days old"
    if days is not None and days > OLD_DAYS:
        return [note("yt-dlp", told, "Run `pip install -U yt-dlp yt-dlp-ejs`: sites change often."), *_deno()]
    return [ok("yt-dlp", told), *_deno()]


def _deno() -> list[Finding]:
    """Without a JavaScript runtime most of YouTube cannot be read."""
    found = deno_path()
    if found is None:
        return [note("deno", "not found", "Run `pip install 'stemify[youtube]'`: YouTube's pages need it.")]
    return [ok("deno", f"{_version('deno') or 'found'}, for YouTube's pages")]


def _needed(part: str, names: tuple[str, ...]) -> Finding:
    missing = [name for name in names if _version(name) is None]
    if missing:
        return broken(part, f"missing: {', '.join(missing)}", f"Run `pip install 'stemify[{part}]'`.")
    return ok(part, f"{names[0]} {_version(names[0])}, {names[1]} {_version(names[1])}")


def _optional(part: str, names: tuple[str, ...], use: str) -> Finding:
    if any(_version(name) is None for name in names):
        return note(part, "not installed", f"Only needed for {use}: `pip install 'stemify[{part}]'`.")
    return ok(part, f"{names[0]} {_version(names[0])}")


def _room(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
