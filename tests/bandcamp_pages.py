"""A loopback site in the shape of Bandcamp's pages, with certificates of its own, and a dialer that leads there."""

import contextlib
import html
import json
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

import trustme

from media.sources.dialing import Check, Dialer
from media.sources.links import Link, read_link
from media.sources.reach import Reach
from tests.loopback_site import Site, loopback_site, send

TRACK = "https://somebody.bandcamp.com/track/the-song"


class LoopbackInternet:
    """Dials the loopback site for every name but those of `elsewhere`, whatever port of the web is asked for."""

    def __init__(self, port: int, elsewhere: dict[str, str] | None = None) -> None:
        self.reach = Reach()
        self.dialed: list[str] = []
        self._port = port
        self._elsewhere = elsewhere or {}

    def dial(self, host: str, port: int, check: Check) -> socket.socket:
        self.dialed.append(f"{host}:{port}")
        address = self._elsewhere.get(host, "127.9.0.1")
        reach = Reach(ports=frozenset({self._port}), networks=(ip_network("127.9.0.1/32"),))
        return Dialer(reach, resolve=lambda *_: [address]).dial(host, self._port, check)


@dataclass
class Bandcamp:
    site: Site
    internet: LoopbackInternet
    ca_file: Path

    def add_track(self, audio: bytes, *, duration: float | None = 1.0, host: str = "t4.bcbits.com") -> None:
        """The page of one track, and its audio on `host`."""
        file = {"mp3-128": f"https://{host}/stream/abc/mp3-128/1"}
        told = {"trackinfo": [{"file": file, "title": "The Song", "track_id": 7, "duration": duration}], "id": 7}
        told |= {"artist": "Somebody", "current": {"title": "The Song"}}
        data = [html.escape(json.dumps(part)) for part in (told, {"artist": "Somebody"})]
        page = f'<html><script data-tralbum="{data[0]}" data-embed="{data[1]}"></script></html>'.encode()
        self.site.pages["/track/the-song"] = lambda to: send(to, 200, page, Content_Type="text/html")
        self.site.pages["/stream/abc/mp3-128/1"] = lambda to: send(to, 200, audio, Content_Type="audio/mpeg")

    @property
    def track(self) -> Link:
        return read_link(TRACK, Reach())


@contextlib.contextmanager
def bandcamp_pages(folder: Path) -> Iterator[Bandcamp]:
    """`folder`: where its certificate authority's file goes."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("*.bandcamp.com", "*.bcbits.com").configure_cert(tls)
    with loopback_site("127.9.0.1", tls) as site:
        yield Bandcamp(site, LoopbackInternet(site.port), folder / "ca.pem")
