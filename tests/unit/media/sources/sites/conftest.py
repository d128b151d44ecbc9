"""What the tests of sites share: a web of their names on loopback, and a fetch through the confined child."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from media.limits import Limits
from media.sources.links import Link, read_link
from media.sources.reach import Reach
from media.sources.sites.extraction import extract
from media.sources.sites.fetcher import SiteFetcher, SiteRecording, SiteTools
from media.sources.sites.orders import Found, Problem, SiteOrder
from media.sources.sites.proxy import ConnectProxy
from media.sources.sites.table import Site, site_of
from media.sources.terms import Terms
from tests.loopback_web import LoopbackInternet, LoopbackWeb, loopback_web
from tests.onlooker import Onlooker

Fetch = Callable[..., SiteRecording]
Read = Callable[..., Found | Problem]


def known(url: str) -> tuple[Link, Site]:
    """The link, and the site it is of."""
    link = read_link(url, Reach())
    site = site_of(link.host)
    assert site is not None
    return link, site


@pytest.fixture(scope="module")
def _serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackWeb]:
    with loopback_web(tmp_path_factory.mktemp("web")) as web:
        yield web


@pytest.fixture
def web(_serving: LoopbackWeb) -> LoopbackWeb:
    _serving.forget()
    return _serving


@pytest.fixture
def fetch(web: LoopbackWeb, tmp_path: Path, onlooker: Onlooker) -> Iterator[Fetch]:
    """fetch(url, ...) -> SiteRecording, its bytes in tmp_path / "got"; at most a minute of audio and 1 MB of it."""

    def run(url: str, *, internet: LoopbackInternet | None = None, tools: SiteTools | None = None, **terms: float):
        link, site = known(url)
        fetcher = SiteFetcher(
            internet or web.internet, replace(tools or SiteTools(), ca_file=web.ca_file), missing=lambda _: None
        )
        wanted = Terms(**({"most_bytes": 10**6} | terms))
        return fetcher.fetch(site, link, tmp_path / "got", terms=wanted, longest_seconds=60, onlooker=onlooker)

    yield run
    assert not (tmp_path / "site").exists(), "its folder is gone"
    assert not [child for child in psutil.Process().children(recursive=True) if "media.sources" in str(child.cmdline())]


@pytest.fixture(scope="module")
def _door(_serving: LoopbackWeb) -> Iterator[int]:
    """The port of a proxy to the web."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        with ConnectProxy(door, _serving.internet, most_bytes=10**8):
            yield port


@pytest.fixture
def read(web: LoopbackWeb, _door: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """read(url) -> Found | Problem: what the child does, in this process and without its walls: many in little time.

    Nothing is downloaded unless `download`; at most a minute of audio and 1 MB of it.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(web.ca_file))
    monkeypatch.setenv("YTDLP_NO_PLUGINS", "1")

    def run(url: str, **wanted: Any) -> Found | Problem:
        link, site = known(url)
        order = SiteOrder(
            url=site.single(link.url),
            extractor=site.extractor,
            is_short=link.host in site.short,
            **{"most_seconds": 60, "most_bytes": 10**6, "stall_seconds": 20, "limits": Limits()}
            | {"certificates": "its own", "download": False}
            | wanted,
        )
        return extract(order, port=_door, tell=lambda _: None)

    return run
