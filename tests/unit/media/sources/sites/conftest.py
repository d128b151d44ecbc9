"""What the tests of sites share: a web of their names on loopback, and a fetch through the confined child."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from media.limits import Limits
from media.sources.links import Link, read_link
from media.sources.reach import Reach
from media.sources.sites.fetcher import SiteFetcher, SiteRecording, SiteTools
from media.sources.sites.orders import Found, Problem, SiteOrder, read_news
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
def _reader(_serving: LoopbackWeb, tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[bytes]]:
    """A process that reads sites as the child does, through a proxy to the web, for one order after another."""
    own = {"SSL_CERT_FILE": str(_serving.ca_file), "YTDLP_NO_PLUGINS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    with socket.create_server(("127.0.0.1", 0)) as door:
        command = [sys.executable, "-P", "-m", "tests.site_reader", str(door.getsockname()[1])]
        with (
            ConnectProxy(door, _serving.internet, most_bytes=10**8),
            subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=own,
                cwd=tmp_path_factory.mktemp("reader"),
            ) as process,
        ):
            yield process
            process.kill()


@pytest.fixture
def read(web: LoopbackWeb, _reader: subprocess.Popen[bytes]) -> Read:  # noqa: ARG001 - the web is empty at first
    """read(url) -> Found | Problem: what the child does, without its walls: many in little time.

    Nothing is downloaded unless `download`; at most a minute of audio and 1 MB of it.
    """

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
        assert _reader.stdin is not None
        assert _reader.stdout is not None
        _reader.stdin.write(order.told())
        _reader.stdin.flush()
        outcome = read_news(_reader.stdout.readline())
        assert isinstance(outcome, Found | Problem)
        return outcome

    return run
