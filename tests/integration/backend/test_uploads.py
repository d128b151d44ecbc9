"""Resumable uploads (tus 1.0) and direct ones over real HTTP, and the jobs they become."""

import base64
import hashlib
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from contract import keys
from tests.integration.backend.conftest import Start
from tests.integration.backend.service import Service, wav

TUS = {"Tus-Resumable": "1.0.0"}
RAW = TUS | {"Content-Type": "application/offset+octet-stream"}
SONG = wav(2.0)


def b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def create(service: Service, content: bytes = SONG, **changes: Any) -> httpx.Response:
    headers = {"Upload-Length": str(len(content)), "Upload-Metadata": f"filename {b64('My Song.wav')}"}
    return service.http.post("/api/v1/uploads", headers=TUS | headers | changes.pop("headers", {}), **changes)


def patch(service: Service, url: str, at: int, content: bytes, **headers: str) -> httpx.Response:
    told = RAW | {"Upload-Offset": str(at)} | {name.replace("_", "-"): value for name, value in headers.items()}
    return service.http.patch(url, content=content, headers=told)


def offset(service: Service, url: str) -> int:
    return int(service.http.head(url, headers=TUS).headers["Upload-Offset"])


def whole(service: Service, content: bytes = SONG) -> str:
    """A whole upload's id."""
    url = create(service, content).headers["Location"]
    assert patch(service, url, 0, content).status_code == 204
    return url.rsplit("/", 1)[-1]


def submit(service: Service, **fields: Any) -> httpx.Response:
    return service.http.post("/api/v1/stemify", json={"model": "demo"} | fields)


def test_what_is_spoken_here(service: Service) -> None:
    told = service.http.options("/api/v1/uploads").headers
    assert told["Tus-Version"] == told["Tus-Resumable"] == "1.0.0"
    assert told["Tus-Extension"] == "creation,creation-with-upload,checksum,expiration,termination"
    assert told["Tus-Max-Size"] == "100000000"
    assert told["Tus-Checksum-Algorithm"] == "sha1,sha256"


def test_a_recording_in_three_runs_becomes_a_job(service: Service) -> None:
    created = create(service)
    url = created.headers["Location"]
    assert (created.status_code, created.headers["Tus-Resumable"]) == (201, "1.0.0")
    assert created.headers["Upload-Expires"].endswith("GMT")
    at = 0
    for end in (1, 200_000, len(SONG)):
        answer = patch(service, url, at, SONG[at:end])
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(end))
        at = end
    seen = service.http.head(url, headers=TUS)
    assert (seen.headers["Upload-Offset"], seen.headers["Upload-Length"]) == (str(len(SONG)), str(len(SONG)))
    assert seen.headers["Cache-Control"] == "no-store"
    assert service.blobs == []
    answer = submit(service, upload_id=created.json()["upload_id"], format="flac", metadata={"mine": 1})
    job = answer.json()
    assert answer.status_code == 202
    assert (job["source"]["filename"], job["source"]["bytes"]) == ("My Song.wav", len(SONG))
    assert job["source"]["sha256"] == hashlib.sha256(SONG).hexdigest()
    assert (job["options"]["format"], job["metadata"]) == ("flac", {"mine": 1})
    stored = service.store.get(job["job_id"])
    assert b"".join(service.storage.read(str(stored.input_blob))) == SONG


def test_one_request_may_bring_it_whole(service: Service) -> None:
    body = {"bytes": len(SONG), "filename": "../Song.wav", "sha256": hashlib.sha256(SONG).hexdigest()}
    upload = service.http.post("/api/v1/uploads", json=body).json()
    half = service.http.put(upload["url"], content=b"half of it")
    assert (half.status_code, half.json()["code"]) == (400, "bad_request")
    sent = service.http.put(upload["url"], content=SONG)
    assert (sent.status_code, sent.json()["offset"], sent.json()["filename"]) == (200, len(SONG), "Song.wav")
    answer = service.http.post("/api/v1/stemify", data={"upload_id": upload["upload_id"], "model": "demo"})
    assert answer.status_code == 202


def test_a_form_may_name_an_upload(service: Service) -> None:
    parts = [("upload_id", (None, whole(service))), ("model", (None, "demo")), ("two_stems", (None, "vocals"))]
    answer = service.http.post("/api/v1/stemify", files=parts)
    assert answer.json()["options"]["stems"] == ["vocals", "no_vocals"]


def test_creation_may_bring_the_first_bytes(service: Service) -> None:
    told = RAW | {"Upload-Length": str(len(SONG))}
    created = service.http.post("/api/v1/uploads", headers=told, content=SONG[:1000])
    assert (created.status_code, created.headers["Upload-Offset"]) == (201, "1000")
    assert patch(service, created.headers["Location"], 1000, SONG[1000:]).status_code == 204


def test_a_wrong_offset_is_refused(service: Service) -> None:
    url = create(service).headers["Location"]
    patch(service, url, 0, SONG[:100])
    for at in (0, 99, 101):
        answer = patch(service, url, at, b"x")
        assert (answer.status_code, answer.json()["code"]) == (409, "wrong_offset")
        assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert offset(service, url) == 100


def test_a_wrong_checksum_drops_what_came(service: Service) -> None:
    url = create(service).headers["Location"]
    patch(service, url, 0, SONG[:100])
    good = b64(hashlib.sha1(SONG[100:300_000]).digest())  # noqa: S324 - what tus asks every server to know
    answer = patch(service, url, 100, SONG[100:299_999] + b"x", Upload_Checksum=f"sha1 {good}")
    assert (answer.status_code, answer.json()["code"], answer.json()["title"]) == (
        460,
        "wrong_checksum",
        "Checksum Mismatch",
    )
    assert offset(service, url) == 100
    assert patch(service, url, 100, SONG[100:300_000], Upload_Checksum=f"sha1 {good}").status_code == 204
    assert offset(service, url) == 300_000


@pytest.mark.parametrize(
    ("method", "headers", "status", "code"),
    [
        ("PATCH", {"Tus-Resumable": "0.2.2"}, 412, "wrong_tus_version"),
        ("HEAD", {"Tus-Resumable": "2.0.0"}, 412, None),
        ("PATCH", RAW, 400, "bad_request"),
        ("PATCH", RAW | {"Upload-Offset": "-1"}, 400, "bad_request"),
        ("PATCH", TUS | {"Upload-Offset": "0", "Content-Type": "text/plain"}, 415, "wrong_content_type"),
        ("PATCH", RAW | {"Upload-Offset": "0", "Upload-Checksum": "crc32 AAAA"}, 400, "bad_request"),
        ("PATCH", RAW | {"Upload-Offset": "0", "Upload-Checksum": "sha1 AAAA"}, 400, "bad_request"),
        ("POST", TUS, 405, "method_not_allowed"),
    ],
)
def test_what_is_not_tus_is_refused(
    service: Service, method: str, headers: dict[str, str], status: int, code: str | None
) -> None:
    url = create(service).headers["Location"]
    answer = service.http.request(method, url, headers=headers, content=b"")
    assert answer.status_code == status
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert code is None or answer.json()["code"] == code


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Length": "0"}, 422),
        ({"Upload-Length": "100000001"}, 413),
        ({"Upload-Length": "-5"}, 400),
        ({"Upload-Defer-Length": "1"}, 400),
        ({"Upload-Length": "5", "Upload-Metadata": "filename ???"}, 400),
        ({"Upload-Length": "5", "Upload-Metadata": "a YQ==,a YQ=="}, 400),
        ({"Upload-Length": "5", "Upload-Metadata": f"sha256 {b64('abc')}"}, 422),
        ({"Upload-Length": "5", "Upload-Metadata": "a " + "A" * 5000}, 400),
    ],
)
def test_what_cannot_be_begun_is_refused(service: Service, headers: dict[str, str], status: int) -> None:
    assert service.http.post("/api/v1/uploads", headers=TUS | headers).status_code == status


@pytest.mark.parametrize(
    "body", [{}, {"bytes": "5"}, {"bytes": 0}, {"bytes": 5, "x": 1}, {"bytes": 5, "sha256": "a"}, [1]]
)
def test_a_malformed_announcement_names_its_mistakes(service: Service, body: Any) -> None:
    answer = service.http.post("/api/v1/uploads", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_options")
    assert answer.json()["errors"]


def test_more_than_was_announced_is_refused(service: Service) -> None:
    url = create(service, SONG[:100]).headers["Location"]
    assert patch(service, url, 0, SONG[:101]).status_code == 413
    assert service.http.put(url, content=iter([SONG[:100], b"x"])).status_code == 413
    assert service.http.get("/health/live").status_code == 200


def test_an_upload_that_has_not_come_whole_is_no_job_yet(service: Service) -> None:
    url = create(service).headers["Location"]
    patch(service, url, 0, SONG[:100])
    answer = submit(service, upload_id=url.rsplit("/", 1)[-1])
    assert (answer.status_code, answer.json()["code"]) == (409, "upload_incomplete")
    assert patch(service, url, 100, SONG[100:]).status_code == 204


def test_the_announced_digest_is_checked(service: Service) -> None:
    url = create(service, headers={"Upload-Metadata": f"sha256 {b64('0' * 64)}"}).headers["Location"]
    patch(service, url, 0, SONG)
    answer = submit(service, upload_id=url.rsplit("/", 1)[-1])
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/upload_id")


def test_a_refused_job_leaves_the_upload_for_another_try(service: Service) -> None:
    upload_id = whole(service)
    assert submit(service, upload_id=upload_id, format="aiff").status_code == 422
    assert submit(service, upload_id=upload_id, format="flac").status_code == 202


def test_an_upload_becomes_one_job(service: Service) -> None:
    upload_id = whole(service)
    first = submit(service, upload_id=upload_id)
    again = submit(service, upload_id=upload_id)
    assert (again.status_code, again.json()["job_id"]) == (202, first.json()["job_id"])
    assert again.headers["Idempotency-Replayed"] == "true"
    other = submit(service, upload_id=upload_id, format="mp3")
    assert (other.status_code, other.json()["code"]) == (409, "upload_used")
    url = f"/api/v1/uploads/{upload_id}"
    assert offset(service, url) == len(SONG)
    for refused in (service.http.put(url, content=SONG), service.http.delete(url), patch(service, url, 0, b"x")):
        assert (refused.status_code, refused.json()["code"]) == (409, "upload_used")
    service.http.delete(f"/api/v1/jobs/{upload_id}")
    assert submit(service, upload_id=upload_id).json()["code"] == "upload_used"


def test_many_at_once_make_one_job(service: Service) -> None:
    upload_id = whole(service)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: submit(service, upload_id=upload_id).status_code, range(8)))
    assert 202 in answers
    assert set(answers) <= {202, 409, 423}
    assert service.store.depth() == 1


def test_an_upload_can_be_ended(service: Service) -> None:
    url = create(service).headers["Location"]
    patch(service, url, 0, SONG[:100])
    assert service.http.delete(url, headers=TUS).status_code == 204
    assert service.http.head(url, headers=TUS).status_code == 404
    assert not list(service.storage._root.rglob("*growing*"))


def test_a_method_may_be_overridden(service: Service) -> None:
    url = create(service).headers["Location"]
    told = RAW | {"Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert service.http.post(url, content=SONG[:10], headers=told).headers["Upload-Offset"] == "10"
    assert service.http.post(url, headers=TUS | {"X-HTTP-Method-Override": "DELETE"}).status_code == 204


@pytest.mark.parametrize("upload_id", ["x", "0" * 32, "../../etc", 5, None])
def test_an_unknown_upload_is_said_so(service: Service, upload_id: Any) -> None:
    assert submit(service, upload_id=upload_id).status_code in (404, 422)


def test_what_is_never_used_expires(start: Start, redis: Any) -> None:
    service = start(intake={"upload_seconds": 1})
    url = create(service).headers["Location"]
    patch(service, url, 0, SONG[:100])
    upload_id = url.rsplit("/", 1)[-1]
    redis.zadd(keys.UPLOADS, {upload_id: 1})
    text = redis.get(keys.upload(upload_id))
    redis.set(keys.upload(upload_id), text.replace(b'"expires_at":"20', b'"expires_at":"19'))
    answer = patch(service, url, 100, b"x")
    assert (answer.status_code, answer.json()["code"]) == (410, "upload_expired")


def test_a_caller_may_have_so_many_open(start: Start) -> None:
    service = start(limits={"open_uploads": 2})
    first = create(service).headers["Location"]
    assert create(service).status_code == 201
    refused = create(service)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_uploads")
    assert int(refused.headers["Retry-After"]) > 0
    service.http.delete(first)
    assert create(service).status_code == 201


def test_room_is_promised_to_an_upload_until_it_is_there(start: Start) -> None:
    free = start().storage.free_bytes()
    assert free is not None
    half, most = {"free_bytes_floor": free // 2, "free_share_floor": 1.0}, free // 5 * 2
    tight = start(storage=half, limits={"max_upload_bytes": most})
    url = tight.http.post("/api/v1/uploads", json={"bytes": most}).json()["url"]
    refused = tight.http.post("/api/v1/uploads", json={"bytes": most})
    assert (refused.status_code, refused.json()["code"]) == (507, "insufficient_storage")
    assert tight.http.delete(url).status_code == 204
    assert tight.http.post("/api/v1/uploads", json={"bytes": most}).status_code == 201


def test_replicas_share_an_upload(start: Start) -> None:
    one, two = start(), start()
    url = create(one).headers["Location"]
    patch(one, url, 0, SONG[:1000])
    assert offset(two, url) == 1000
    assert patch(two, url, 1000, SONG[1000:]).status_code == 204
    assert submit(one, upload_id=url.rsplit("/", 1)[-1]).status_code == 202


def test_what_came_before_the_connection_broke_is_kept_and_the_caller_need_not_wait(service: Service) -> None:
    """The broken connection is never closed: the request that waits on it lets go when another one comes."""
    url = create(service).headers["Location"]
    head = f"PATCH {url} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
    head += f"Content-Type: application/offset+octet-stream\r\nContent-Length: {len(SONG)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", service.port)) as silent:
        silent.sendall(head.encode() + SONG[:300_000])
        sent = 0
        for _ in range(200):
            if sent := offset(service, url):
                break
        assert 0 < sent <= 300_000
        answer = patch(service, url, sent, b"")
        while answer.status_code == 409:
            sent = offset(service, url)
            answer = patch(service, url, sent, b"")
        assert answer.status_code == 204
        assert sent == 300_000
    assert patch(service, url, sent, SONG[sent:]).status_code == 204
    assert submit(service, upload_id=url.rsplit("/", 1)[-1]).json()["source"]["bytes"] == len(SONG)


def test_nothing_more_may_be_added_to_what_is_whole(service: Service) -> None:
    noise = b"no recording" * 100
    upload = whole(service, noise)
    url = f"/api/v1/uploads/{upload}"
    for _ in range(2):  # before and after it was looked at, and found to be no recording
        assert patch(service, url, len(noise), b"").status_code == 204
        assert patch(service, url, len(noise), b"more").status_code == 413
        assert offset(service, url) == len(noise)
        assert submit(service, upload_id=upload).json()["code"] == "unsupported_media"
