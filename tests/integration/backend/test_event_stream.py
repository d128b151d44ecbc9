"""Jobs followed by Server-Sent Events."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from redis import Redis

from contract import keys
from contract.jobs import Job
from tests.integration.backend.conftest import Start
from tests.integration.backend.service import Service
from tests.service_process import wait_for


def pieces(response: httpx.Response) -> Iterator[dict[str, Any]]:
    """Each event: its name, id and data; heartbeats as `comment`."""
    event: dict[str, Any] = {}
    for line in response.iter_lines():
        if not line:
            yield event
            event = {}
            continue
        name, _, value = line.partition(":")
        event[name or "comment"] = value.strip()


@pytest.fixture
def path(service: Service) -> str:
    return f"/api/v1/jobs/{service.made_job().job_id}/events"


def job_of(service: Service, path: str) -> Job:
    return service.store.get(path.split("/")[4])


def test_a_stream_tells_the_snapshot_then_each_change_and_ends(service: Service, path: str) -> None:
    with service.http.stream("GET", path) as response:
        assert response.headers["Content-Type"].startswith("text/event-stream")
        events = pieces(response)
        first = next(events)
        assert (first["event"], first["id"]) == ("snapshot", "1")
        assert json.loads(first["data"])["status"] == "queued"
        service.finished(job_of(service, path))
        rest = list(events)
    assert [event["event"] for event in rest][-1] == "completed"
    assert json.loads(rest[-1]["data"])["stems"]
    ids = [int(event["id"]) for event in rest]
    assert ids == sorted(ids)


def test_a_client_that_comes_back_gets_what_it_missed(service: Service, path: str) -> None:
    job = service.claimed(job_of(service, path))
    with service.http.stream("GET", path, headers={"Last-Event-ID": "1"}) as response:
        assert next(pieces(response))["event"] == "snapshot"
    with service.http.stream("GET", path, headers={"Last-Event-ID": str(job.version)}) as response:
        service.progress(job, 30)
        missed = next(pieces(response))  # as news, or in the snapshot when the change was quicker than the stream
        assert int(missed["id"]) == job.version + 1
        assert json.loads(missed["data"])["progress"] == 30


def test_a_client_that_saw_the_end_is_told_to_stop(service: Service, path: str) -> None:
    job = service.finished(job_of(service, path))
    assert service.http.get(path, headers={"Last-Event-ID": str(job.version)}).status_code == 204
    ended = service.http.get(path, headers={"Last-Event-ID": "9" * 5_000}).text  # no version of ours
    assert ended.count("event: completed") == 1


def test_silence_is_filled_with_heartbeats(start: Start) -> None:
    service = start(live={"heartbeat_seconds": 0.2, "silence_seconds": 60.0})
    with service.http.stream("GET", f"/api/v1/jobs/{service.made_job().job_id}/events") as response:
        events = pieces(response)
        assert next(events)["event"] == "snapshot"
        assert "ping" in next(events)["comment"]


def test_a_deleted_job_ends_its_stream(service: Service, path: str) -> None:
    with service.http.stream("GET", path) as response:
        events = pieces(response)
        next(events)
        service.http.delete(path.removesuffix("/events"))
        assert [event["event"] for event in events][-1] in ("canceled", "error")


def test_a_replica_that_stops_ends_its_streams_whole(start: Start) -> None:
    replica = start()
    with httpx.stream("GET", f"{replica.url}/api/v1/jobs/{replica.made_job().job_id}/events") as response:
        events = pieces(response)
        assert next(events)["event"] == "snapshot"
        with ThreadPoolExecutor() as pool:
            stopping = pool.submit(replica.stop)
            assert list(events) == []
            stopping.result()


def test_a_replica_that_stops_answers_who_waits(start: Start, redis: Redis) -> None:
    replica = start()
    job = replica.made_job()
    asked = {"url": f"{replica.url}/api/v1/jobs/{job.job_id}", "headers": {"Prefer": "wait=60"}, "timeout": 60}
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(httpx.get, **asked)
        wait_for(lambda: redis.pubsub_numsub(keys.channel(job.job_id))[0][1])
        replica.stop()
        assert waiting.result().json()["status"] == "queued"
