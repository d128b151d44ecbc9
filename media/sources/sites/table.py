"""Which sites are known, by their hosts, and which of yt-dlp's extractors read them. Data and two questions."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit


@dataclass(frozen=True)
class Site:
    """`hosts`: its names; one that begins with a dot stands for every name under it. `extractor`: module and class.

    Extractors of single recordings alone, never the one that follows any page anywhere.
    `short`: those of its hosts whose links only redirect to the recording's own.
    `list_name`: what in a link's query names the list in which the recording was found.
    """

    name: str
    title: str
    hosts: tuple[str, ...]
    extractor: tuple[str, str]
    short: tuple[str, ...] = ()
    list_name: str | None = None

    def single(self, url: str) -> str:
        """The link without the list it was found in: its extractor reads no other."""
        parts = urlsplit(url)
        kept = (part for part in parts.query.split("&") if part.partition("=")[0] != self.list_name)
        return urlunsplit(parts._replace(query="&".join(kept)))


SITES = {
    site.name: site
    for site in (
        Site(
            "youtube",
            "YouTube",
            ("youtube.com", ".youtube.com", "youtu.be"),
            ("youtube", "YoutubeIE"),
            list_name="list",
        ),
        Site(
            "soundcloud",
            "SoundCloud",
            ("soundcloud.com", ".soundcloud.com"),
            ("soundcloud", "SoundcloudIE"),
            short=("on.soundcloud.com",),
        ),
        Site("bandcamp", "Bandcamp", (".bandcamp.com",), ("bandcamp", "BandcampIE")),
    )
}


def site_of(host: str) -> Site | None:
    """The site of this host, if it is one of those known."""
    return next((site for site in SITES.values() if _is_of(host, site.hosts)), None)


def _is_of(host: str, hosts: Iterable[str]) -> bool:
    return any(host == known or (known.startswith(".") and host.endswith(known)) for known in hosts)
