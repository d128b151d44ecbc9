"""A recording sent over HTTP becomes a job that waits, or nothing at all."""

import hashlib
import json

import httpx
import pytest

from contract import keys
from contract.jobs import JobStatus
from tests.integration.backend.conftest import Start
from tests.integration.backend.service import Service, wav


def test_an_upload_becomes_a_waiting_job(service: Service) -> None:
    content = wav()
    answer = service.submit(content, stems="vocals,drums", format="flac", metadata=json.dumps({"mine": 1}))
    job = answer.json()
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/api/v1/jobs/{job['job_id']}"
    assert job["status"] == "queued"
    assert job["queue_position"] == 1
    assert job["options"]["stems"] == ["vocals", "drums"]
    assert job["options"]["format"] == "flac"
    assert job["metadata"] == {"mine": 1}
    assert job["source"]["filename"] == "My Song.wav"
    assert job["source"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert (job["source"]["sample_rate"], job["source"]["channels"], job["source"]["bit_depth"]) == (44_100, 2, "16")
    assert "blob" not in answer.text
    stored = service.store.get(job["job_id"])
    assert stored.status is JobStatus.queued
    assert b"".join(service.storage.read(stored.input_blob)) == content


def test_a_worker_is_rung_for(service: Service) -> None:
    job = service.made_job()
    messages = service.store._records._redis.lrange(service.settings.queue.name, 0, -1)
    assert len(messages) == 1
    assert job.trace["traceparent"].encode() in messages[0]


def test_the_callers_trace_and_request_id_are_kept(service: Service) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    headers = {"traceparent": f"00-{trace}-b7ad6b7169203331-01", "X-Request-ID": "my-request-1"}
    answer = service.submit(headers=headers)
    assert answer.headers["X-Request-ID"] == "my-request-1"
    assert trace in service.store.get(answer.json()["job_id"]).trace["traceparent"]


def test_fields_may_follow_the_file(service: Service) -> None:
    parts = [("file", ("a.wav", wav())), ("model", (None, "demo")), ("two_stems", (None, "vocals"))]
    answer = service.http.post("/api/v1/stemify", files=parts)
    assert answer.json()["options"]["stems"] == ["vocals", "no_vocals"]


def test_the_route_answers_without_its_prefix(service: Service) -> None:
    answer = service.http.post("/stemify", files={"file": ("a.wav", wav())}, data={"model": "demo"})
    assert answer.status_code == 202
    assert service.http.get(f"/jobs/{answer.json()['job_id']}").status_code == 200


@pytest.mark.parametrize(
    ("fields", "code", "pointer"),
    [
        ({"model": "nope"}, "unknown_model", "/model"),
        ({"stems": "vocals,kazoo"}, "invalid_options", "/stems"),
        ({"format": "aiff"}, "invalid_options", "/format"),
        ({"shifts": "many"}, "invalid_options", "/shifts"),
        ({"colour": "red"}, "invalid_options", "/colour"),
        ({"sample_rate": "fast"}, "invalid_options", "/sample_rate"),
        ({"metadata": "[1"}, "invalid_options", "/metadata"),
        ({"metadata": "[1]"}, "invalid_options", "/metadata"),
        ({"webhook_url": "https://example.org/"}, "invalid_options", "/webhook_url"),
        ({"webhook_events": "job.completed"}, "invalid_options", "/webhook_events"),
        ({"upload_id": "x"}, "invalid_options", "/upload_id"),
        ({"priority": "urgent"}, "invalid_options", "/priority"),
        ({"url": "https://example.org/a.mp3"}, "invalid_options", "/url"),
        ({"stems": "vocals", "two_stems": "vocals"}, "invalid_options", ""),
    ],
)
def test_options_that_are_not_valid_are_named(
    service: Service, fields: dict[str, str], code: str, pointer: str
) -> None:
    answer = service.submit(**fields)
    problem = answer.json()
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["code"] == code
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert service.blobs == []


def test_every_wrong_option_is_named_at_once(service: Service) -> None:
    problem = service.submit(shifts="99", overlap="2", webhook_url="https://example.org/").json()
    assert {error["pointer"] for error in problem["errors"]} == {"/shifts", "/overlap", "/webhook_url"}
    assert "not offered yet" in problem["detail"]


def test_text_is_not_audio_whatever_its_name(service: Service) -> None:
    answer = service.submit(b"These are words, not a song.\n" * 100, filename="song.mp3")
    assert answer.status_code == 400
    assert answer.json()["code"] == "unsupported_media"
    assert "text" in answer.json()["detail"]
    assert service.blobs == []


def test_too_long_by_its_header(start: Start) -> None:
    service = start(limits={"max_duration_seconds": 2.0})
    answer = service.submit(wav(3.0))
    assert (answer.status_code, answer.json()["code"]) == (413, "audio_too_long")
    assert "2" in answer.json()["detail"]
    assert service.blobs == []


def test_too_short(service: Service) -> None:
    answer = service.submit(wav(0.01))
    assert (answer.status_code, answer.json()["code"]) == (400, "audio_too_short")


@pytest.mark.parametrize(
    ("files", "pointer"),
    [
        ({"song": ("a.wav", b"RIFF")}, "/song"),
        ({"file": ("a.wav", b"")}, "/file"),
        ([("file", ("a.wav", wav())), ("file", ("b.wav", wav()))], "/file"),
        ({"model": (None, "demo")}, "/file"),
    ],
)
def test_a_form_must_hold_one_file(service: Service, files: object, pointer: str) -> None:
    answer = service.http.post("/api/v1/stemify", files=files)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert service.blobs == []


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"[" * 60_000, "application/json", 400),
        (b"{}", "application/json", 422),
        (b" " * 70_000 + b"{}", "application/json", 413),
        (b"hello", "text/plain", 400),
        (b"hello", "multipart/form-data", 400),
        (b"hello", "multipart/form-data; boundary=x", 400),
        (b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1", "multipart/form-data; boundary=x", 400),
    ],
)
def test_bodies_that_make_no_sense(service: Service, content: bytes, kind: str, status: int) -> None:
    answer = service.http.post("/api/v1/stemify", content=content, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert answer.json()["request_id"]


def test_a_full_queue_is_said_before_the_upload(start: Start) -> None:
    service = start(queue={"max_depth": 1})
    service.made_job()
    answer = service.submit()
    assert (answer.status_code, answer.json()["code"]) == (429, "queue_full")
    assert int(answer.headers["Retry-After"]) >= 1
    assert len(service.blobs) == 1


def test_a_full_disk_is_507(start: Start) -> None:
    answer = start(storage={"free_bytes_floor": 2**60, "free_share_floor": 1.0}).submit()
    assert (answer.status_code, answer.json()["code"]) == (507, "insufficient_storage")
    assert answer.headers["Retry-After"]


def test_an_address_may_make_so_many_jobs_an_hour(start: Start) -> None:
    service = start(limits={"jobs_per_hour": 2})
    first = service.submit()
    assert first.headers["RateLimit-Policy"] == '"jobs";q=2;w=3600'
    assert first.headers["RateLimit"].startswith('"jobs";r=1;')
    assert service.submit(b"not audio").status_code == 400, "a refused upload does not count"
    assert service.submit().status_code == 202
    refused = service.submit()
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert 1700 < int(refused.headers["Retry-After"]) <= 1800
    assert refused.headers["RateLimit"].startswith('"jobs";r=0;')
    assert service.http.get("/api/v1/limits").json()["jobs_per_hour"]["left"] == 0


def test_the_same_key_and_request_make_one_job(service: Service) -> None:
    content, headers = wav(), {"Idempotency-Key": "order-7"}
    first = service.submit(content, headers=headers)
    again = service.submit(content, headers=headers)
    assert again.status_code == 202
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert service.store.depth() == 1
    assert len(service.blobs) == 1


def test_the_same_key_with_another_request_is_refused(service: Service) -> None:
    headers = {"Idempotency-Key": "order-7"}
    service.submit(headers=headers)
    answer = service.submit(headers=headers, format="flac")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")


def test_a_key_still_being_answered_is_409(service: Service) -> None:
    digest = hashlib.sha256(b"order-7").hexdigest()
    service.store._records._redis.set(keys.idempotency("anonymous@127.0.0.1", digest) + ":lock", "someone", ex=60)
    answer = service.submit(headers={"Idempotency-Key": "order-7"})
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_in_progress")
    assert answer.headers["Retry-After"] == "1"


def test_strangers_do_not_share_keys(service: Service) -> None:
    """Behind a believed proxy each caller has an address, and keys, of their own."""
    headers = {"Idempotency-Key": "order-7"}
    mine = service.submit(headers=headers | {"X-Forwarded-For": "192.0.2.1"})
    theirs = service.submit(headers=headers | {"X-Forwarded-For": "192.0.2.2"}, format="flac")
    assert theirs.status_code == 202
    assert mine.json()["job_id"] != theirs.json()["job_id"]


def test_a_refused_request_frees_its_key(service: Service) -> None:
    headers = {"Idempotency-Key": "order-7"}
    assert service.submit(b"not audio", headers=headers).status_code == 400
    assert service.submit(headers=headers).status_code == 202


def test_a_key_whose_maker_died_before_the_job_was_made_is_free(service: Service) -> None:
    digest = hashlib.sha256(b"order-7").hexdigest()
    kept = json.dumps({"fingerprint": "x", "job_id": "0" * 32, "body": None})
    service.store._records._redis.set(keys.idempotency("anonymous@127.0.0.1", digest), kept)
    assert service.submit(headers={"Idempotency-Key": "order-7"}).status_code == 202


def test_waiting_for_the_end_has_its_bound(service: Service) -> None:
    answer = service.submit(headers={"Prefer": "wait=1"})
    assert answer.status_code == 202
    assert answer.headers["Preference-Applied"] == "wait=1"
    assert answer.json()["status"] == "queued"


def test_the_older_upload(service: Service) -> None:
    answer = service.http.post(
        "/api/upload", files={"audio_file": ("a.wav", wav())}, data={"model": "demo", "stems": "all"}
    )
    assert answer.status_code == 202
    assert set(answer.json()) == {"job_id", "status", "created_at"}
    job = service.store.get(answer.json()["job_id"])
    assert job.options.format == "mp3"
    assert job.options.stems == ("drums", "bass", "other", "vocals")
    status = service.http.get(f"/api/status/{job.job_id}").json()
    assert set(status) == {"job_id", "status", "progress", "created_at", "started_at", "estimated_completion"}


def test_a_lost_redis_is_503_and_leaves_nothing(start: Start) -> None:
    service = start(redis={"url": "redis://127.0.0.1:1/0", "timeout_seconds": 0.5})
    answer = service.submit()
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"]
    assert service.blobs == []


def test_an_upload_that_breaks_off_leaves_nothing(service: Service) -> None:
    def broken() -> object:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n' + wav(2.0)
        raise RuntimeError("the sender dies")

    with pytest.raises(RuntimeError, match="the sender dies"):
        service.http.post(
            "/api/v1/stemify", content=broken(), headers={"Content-Type": "multipart/form-data; boundary=x"}
        )
    assert httpx.get(f"{service.url}/health/live").status_code == 200
    assert service.blobs == []
