"""A loopback site under the names of the sites that links are read from, with certificates, and a dialer to it."""

import contextlib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

import trustme

from media.sources.dialing import Check, Dialer
from media.sources.reach import Reach
from tests.loopback_site import Answering, Site, loopback_site

ADDRESS = "127.9.0.1"
_NAMES = (
    *("*.bandcamp.com", "*.bcbits.com"),
    *("soundcloud.com", "*.soundcloud.com", "*.sndcdn.com", "*.media-streaming.soundcloud.cloud"),
    *("youtu.be", "youtube.com", "*.youtube.com", "*.googlevideo.com"),
)


class LoopbackInternet:
    """Dials the loopback site for every name but those of `elsewhere`, whatever port of the web is asked for."""

    def __init__(self, port: int, elsewhere: dict[str, str] | None = None) -> None:
        self.reach = Reach()
        self.dialed: list[str] = []
        self._port = port
        self._elsewhere = elsewhere or {}

    def dial(self, host: str, port: int, check: Check) -> socket.socket:
        self.dialed.append(f"{host}:{port}")
        address = self._elsewhere.get(host, ADDRESS)
        reach = Reach(ports=frozenset({self._port}), networks=(ip_network(f"{ADDRESS}/32"),))
        return Dialer(reach, resolve=lambda *_: [address]).dial(host, self._port, check)


@dataclass
class LoopbackWeb:
    """`pages`: what answers each path, under whatever name it is asked for."""

    site: Site
    internet: LoopbackInternet
    ca_file: Path

    @property
    def pages(self) -> dict[str, Answering]:
        return self.site.pages

    @property
    def paths_asked(self) -> list[str]:
        return [path.partition("?")[0] for path, _ in self.site.asked]

    def forget(self) -> None:
        """No pages, and nothing asked."""
        for kept in (self.site.pages, self.site.asked, self.internet.dialed):
            kept.clear()


@contextlib.contextmanager
def loopback_web(folder: Path) -> Iterator[LoopbackWeb]:
    """`folder`: where its certificate authority's file goes."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*_NAMES).configure_cert(tls)
    with loopback_site(ADDRESS, tls) as site:
        yield LoopbackWeb(site, LoopbackInternet(site.port), folder / "ca.pem")
