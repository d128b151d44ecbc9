"""What the tests of links share: a loopback site."""

from collections.abc import Iterator

import pytest

from tests.loopback_site import Site, loopback_site


@pytest.fixture
def site() -> Iterator[Site]:
    with loopback_site() as here:
        yield here
