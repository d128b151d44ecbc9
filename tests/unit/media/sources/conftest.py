"""What the tests of links share: a loopback site, and somebody who watches a fetch."""

from collections.abc import Iterator

import pytest

from tests.loopback_site import Site, loopback_site
from tests.onlooker import Onlooker


@pytest.fixture
def site() -> Iterator[Site]:
    with loopback_site() as here:
        yield here


@pytest.fixture
def onlooker() -> Onlooker:
    return Onlooker()
