"""A job made from a link: judged by its form at once, fetched by a worker later."""

from datetime import UTC, datetime

import pytest
from redis import Redis

from contract.jobs import JobStatus
from contract.worker_registry import LinkFacts, WorkerFacts, WorkerRegistry
from tests.integration.backend.conftest import Start
from tests.integration.backend.service import Service

LINK = "https://music.example/songs/My%20Song.mp3?token=letmein"


@pytest.mark.parametrize(
    "request_of",
    [
        {"json": {"url": LINK, "model": "demo", "stems": ["vocals"], "metadata": {"a": 1}}},
        {"data": {"url": LINK, "model": "demo", "stems": "vocals", "metadata": '{"a": 1}'}},
        {
            "files": {
                "url": (None, LINK),
                "model": (None, "demo"),
                "stems": (None, "vocals"),
                "metadata": (None, '{"a": 1}'),
            }
        },
    ],
    ids=["json", "form", "multipart"],
)
def test_a_link_makes_a_job(service: Service, request_of: dict[str, object]) -> None:
    answer = service.http.post("/api/v1/stemify", **request_of)
    assert answer.status_code == 202, answer.text
    body = answer.json()
    assert body["source"]["kind"] == "url"
    assert body["source"]["filename"] == "My Song.mp3"
    assert body["source"]["url"] == "https://music.example/songs/My%20Song.mp3?token=***"
    assert (body["options"]["stems"], body["metadata"]) == (["vocals"], {"a": 1})
    job = service.store.get(body["job_id"])
    assert (job.status, job.input_blob, job.source.url) == (JobStatus.queued, None, LINK)
    assert service.blobs == []


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://example.org/a.mp3", "file:///etc/passwd", "song.mp3", "http://user:word@example.org/a.mp3"),
        *("http://localhost:8000/a.mp3", "http://127.0.0.1/a.mp3", "http://0x7f.1/", "http://[::1]/"),
        *("http://169.254.169.254/latest/meta-data", "https://example.org:6379/"),
    ],
)
def test_what_can_be_seen_at_once_is_refused_at_once(service: Service, url: str) -> None:
    answer = service.http.post("/api/v1/stemify", json={"url": url})
    assert (answer.status_code, answer.json()["code"]) == (400, "url_not_allowed")


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [({"url": 7}, "/url"), ({"url": LINK, "shifts": "many"}, "/shifts"), ({}, "/file")],
)
def test_fields_that_are_not_valid_are_named(service: Service, fields: dict[str, object], pointer: str) -> None:
    answer = service.http.post("/api/v1/stemify", json=fields)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_the_same_key_makes_one_job_of_a_link(service: Service) -> None:
    headers = {"Idempotency-Key": "once"}
    first = service.http.post("/api/v1/stemify", json={"url": LINK, "shifts": 0}, headers=headers)
    again = service.http.post("/api/v1/stemify", json={"shifts": 0, "url": LINK}, headers=headers)
    other = service.http.post("/api/v1/stemify", json={"url": LINK, "shifts": 1}, headers=headers)
    assert again.json()["job_id"] == first.json()["job_id"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert other.json()["code"] == "idempotency_mismatch"


def test_links_can_be_off(start: Start) -> None:
    service = start(sources={"links": False})
    answer = service.http.post("/api/v1/stemify", json={"url": LINK})
    assert (answer.status_code, answer.json()["code"]) == (400, "url_not_allowed")
    assert "send the recording itself" in answer.json()["detail"]
    assert service.http.get("/api/v1/limits").json()["links"] is False


def test_the_limits_say_that_links_are_on(service: Service) -> None:
    assert service.http.get("/api/v1/limits").json()["links"] is True


def test_private_hosts_are_the_operators_to_allow(start: Start) -> None:
    service = start(sources={"allow_private_hosts": ["192.168.1.0/24"], "ports": [8080]})
    assert service.http.post("/api/v1/stemify", json={"url": "http://192.168.1.7:8080/a.mp3"}).status_code == 202
    assert service.http.post("/api/v1/stemify", json={"url": "http://192.168.2.7:8080/a.mp3"}).status_code == 400


def test_sites_are_those_that_a_live_worker_reads(start: Start, redis: Redis) -> None:
    service = start(sources={"sites": ["youtube", "bandcamp"]})
    limits = lambda: service.http.get("/api/v1/limits").json()["link_sites"]  # noqa: E731
    told = lambda: service.http.get("/health").json()["dependencies"][-1]  # noqa: E731
    assert limits() == []
    assert told() == {"name": "links", "ok": True, "detail": "direct; no sites"}
    links = LinkFacts(sites=("bandcamp", "soundcloud"), yt_dlp="2020.1.1", canary="works")
    facts = WorkerFacts(worker_id="w", host="h", pid=1, device="cpu", started_at=datetime.now(UTC), links=links)
    WorkerRegistry(redis).announce(facts)
    assert limits() == ["bandcamp"]
    assert "direct; bandcamp; yt-dlp 2020.1.1 is " in told()["detail"]
    assert told()["detail"].endswith("canary: works")
    answer = service.http.post("/api/v1/stemify", json={"url": "https://soundcloud.com/a/b"})
    assert (answer.status_code, answer.json()["code"]) == (400, "url_not_allowed")
    assert "SoundCloud" in answer.json()["detail"]
