"""Which sites are known, by their hosts, and which of yt-dlp's extractors read them. Data and one question."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Site:
    """`hosts`: its names; one that begins with a dot stands for every name under it. `extractor`: module and class.

    Extractors of single recordings alone, never the one that follows any page anywhere.
    """

    name: str
    title: str
    hosts: tuple[str, ...]
    extractor: tuple[str, str]


SITES = {
    site.name: site
    for site in (
        Site("youtube", "YouTube", ("youtube.com", ".youtube.com", "youtu.be"), ("youtube", "YoutubeIE")),
        Site("soundcloud", "SoundCloud", ("soundcloud.com", ".soundcloud.com"), ("soundcloud", "SoundcloudIE")),
        Site("bandcamp", "Bandcamp", (".bandcamp.com",), ("bandcamp", "BandcampIE")),
    )
}


def site_of(host: str) -> Site | None:
    """The site of this host, if it is one of those known."""
    return next((site for site in SITES.values() if _is_of(host, site.hosts)), None)


def _is_of(host: str, hosts: Iterable[str]) -> bool:
    return any(host == known or (known.startswith(".") and host.endswith(known)) for known in hosts)
