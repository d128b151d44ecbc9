"""What the tests of sites share: a web of their names on loopback, and a fetch through the confined child."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from media.sources.links import Link, read_link
from media.sources.reach import Reach
from media.sources.sites.fetcher import SiteFetcher, SiteRecording, SiteTools
from media.sources.sites.table import site_of
from media.sources.terms import Terms
from tests.loopback_web import LoopbackInternet, LoopbackWeb, loopback_web
from tests.onlooker import Onlooker

Fetch = Callable[..., SiteRecording]


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
        link: Link = read_link(url, Reach())
        site = site_of(link.host)
        assert site is not None
        fetcher = SiteFetcher(
            internet or web.internet, replace(tools or SiteTools(), ca_file=web.ca_file), missing=lambda _: None
        )
        wanted = Terms(**({"most_bytes": 10**6} | terms))
        return fetcher.fetch(site, link, tmp_path / "got", terms=wanted, longest_seconds=60, onlooker=onlooker)

    yield run
    assert not (tmp_path / "site").exists(), "its folder is gone"
    assert not [child for child in psutil.Process().children(recursive=True) if "media.sources" in str(child.cmdline())]
