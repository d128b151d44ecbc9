"""The terminal's feed of a job's news, on services that offer one transport alone."""

from collections.abc import Callable

import pytest

from cli.live_feed import LiveFeed
from tests.integration.backend.service import Service


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_the_news_come_over_whatever_is_offered(start: Callable[..., Service], transport: str) -> None:
    service = start(live={"transports": [transport]})
    job = service.made_job()
    with LiveFeed(service.url, job.job_id) as feed:
        assert feed.is_live
        first = feed.next(20.0)
    assert first is not None
    assert (first["event"], first["job_id"]) == ("snapshot", job.job_id)
