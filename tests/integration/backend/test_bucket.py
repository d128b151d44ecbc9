"""The same service on an S3-compatible bucket: uploads stream into it, stems come by presigned links."""

import hashlib
import io
import logging
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
import httpx
import pytest
from moto.server import ThreadedMotoServer

from tests.integration.backend.conftest import Start
from tests.integration.backend.service import Service, wav

KEY_ID, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client = boto3.client(
        "s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id=KEY_ID, aws_secret_access_key=SECRET
    )
    client.create_bucket(Bucket="recordings")
    client.close()
    yield url
    server.stop()


@pytest.fixture
def service(start: Start, endpoint: str) -> Service:
    storage = {
        "url": "s3://recordings/stemify",
        "s3_endpoint_url": endpoint,
        "s3_access_key_id": KEY_ID,
        "s3_secret_access_key": SECRET,
    }
    return start(storage=storage)


def test_a_job_whose_files_are_in_a_bucket(service: Service) -> None:
    content = wav(60.0)
    job = service.made_job(content=content)
    assert b"".join(service.storage.read(str(job.input_blob))) == content
    job = service.finished(job)
    path = f"/api/v1/jobs/{job.job_id}"
    answer = service.http.get(f"{path}/stems/vocals")
    assert answer.status_code == 307
    stem = httpx.get(answer.headers["Location"])
    assert "My%20Song%20%28vocals%29.wav" in stem.headers["Content-Disposition"]
    assert len(stem.content) == job.stems[3].bytes
    head = service.http.head(f"{path}/stems/vocals")
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(stem.content)))
    assert head.headers["Accept-Ranges"] == "bytes"
    archive = service.http.get(f"{path}/archive")
    assert int(archive.headers["Content-Length"]) == len(archive.content)
    with zipfile.ZipFile(io.BytesIO(archive.content)) as zipped:
        assert zipped.read("My Song (vocals).wav") == stem.content
    assert service.http.get(f"{path}/stems/vocals/peaks").json()["points"] > 0
    manifest = service.http.get(f"{path}/manifest", follow_redirects=True)
    assert manifest.json()["job_id"] == job.job_id
    assert service.http.delete(path).status_code == 204
    assert not [key for key in service.blobs if job.job_id in key]


def test_a_resumable_upload_grows_in_the_bucket(service: Service) -> None:
    content = wav(60.0)
    upload = service.http.post("/api/v1/uploads", json={"bytes": len(content)}).json()
    tus = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
    for start, end in ((0, 9_000_000), (9_000_000, len(content))):
        told = tus | {"Upload-Offset": str(start)}
        assert service.http.patch(upload["url"], content=content[start:end], headers=told).status_code == 204
    answer = service.http.post("/api/v1/stemify", json={"upload_id": upload["upload_id"], "model": "demo"})
    job = service.store.get(answer.json()["job_id"])
    assert b"".join(service.storage.read(str(job.input_blob))) == content
    assert [key for key in service.blobs if job.job_id in key] == [job.input_blob]


def sent_past_the_service(service: Service, content: bytes) -> tuple[dict[str, Any], list[str]]:
    """A direct upload and the tags its parts were answered with."""
    begun = service.http.post("/api/v1/uploads/direct", json={"bytes": len(content), "filename": "Song.wav"})
    assert begun.status_code == 201, begun.text
    upload = begun.json()
    etags = []
    for part in upload["parts"]:
        piece = content[part["offset"] : part["offset"] + part["bytes"]]
        etags.append(httpx.put(part["url"], content=piece).headers["ETag"])
    return upload, etags


def test_an_upload_past_the_service(service: Service) -> None:
    content = wav(120.0)
    upload, etags = sent_past_the_service(service, content)
    assert len(etags) == 2
    again = service.http.get(f"{upload['url']}/parts").json()
    assert [part["bytes"] for part in again["parts"]] == [part["bytes"] for part in upload["parts"]]
    early = service.http.post("/api/v1/stemify", json={"upload_id": upload["upload_id"], "model": "demo"})
    assert (early.status_code, early.json()["code"]) == (409, "upload_incomplete")
    for _ in range(2):
        done = service.http.post(f"{upload['url']}/complete", json={"etags": etags})
        assert (done.status_code, done.json()["offset"]) == (200, len(content))
    made = service.http.post("/api/v1/stemify", json={"upload_id": upload["upload_id"], "model": "demo"})
    assert made.json()["source"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert made.json()["source"]["filename"] == "Song.wav"


def test_what_came_past_the_service_is_measured(service: Service) -> None:
    upload, _ = sent_past_the_service(service, wav(1.0))
    tag = httpx.put(upload["parts"][0]["url"], content=b"x" * 999_999).headers["ETag"]
    wrong = service.http.post(f"{upload['url']}/complete", json={"etags": ['"0"']})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "bad_request")
    refused = service.http.post(f"{upload['url']}/complete", json={"etags": [tag]})
    assert (refused.status_code, "999,999 bytes came" in refused.json()["detail"]) == (400, True)
    assert service.http.post(f"{upload['url']}/complete", json={"etags": [tag, tag]}).status_code == 422
    assert not [key for key in service.blobs if upload["upload_id"] in key]


def test_an_upload_past_the_service_can_be_ended(service: Service) -> None:
    upload, _ = sent_past_the_service(service, wav(1.0))
    refused = service.http.put(upload["url"], content=b"x")
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_request")
    assert service.http.delete(upload["url"]).status_code == 204
    assert httpx.put(upload["parts"][0]["url"], content=b"x").is_error


def test_a_folder_takes_no_parts(start: Start) -> None:
    refused = start().http.post("/api/v1/uploads/direct", json={"bytes": 5})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_request")


def test_a_refused_upload_leaves_the_bucket_empty(service: Service) -> None:
    before = service.blobs
    assert service.submit(b"words " * 100).status_code == 400
    assert service.blobs == before
    assert service.http.get("/health").json()["dependencies"][1] == {
        "name": "storage",
        "ok": True,
        "detail": "takes files",
    }


def test_stems_come_through_the_service_where_the_platform_keeps_the_keys(
    start: Start, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    service = start(storage={"url": "s3://recordings/stemify", "s3_endpoint_url": endpoint})
    job = service.finished(service.made_job())
    stem = service.http.get(f"/api/v1/jobs/{job.job_id}/stems/vocals")
    assert (stem.status_code, stem.headers["Content-Type"]) == (200, "audio/wav")
    assert len(stem.content) == job.stems[3].bytes
    assert "My%20Song%20%28vocals%29.wav" in stem.headers["Content-Disposition"]
    part = service.http.get(f"/api/v1/jobs/{job.job_id}/stems/vocals", headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, stem.content[4:8])
    assert service.http.get(f"/api/v1/jobs/{job.job_id}/manifest").json()["job_id"] == job.job_id


def test_the_page_may_read_stems_from_the_bucket(service: Service, start: Start, endpoint: str) -> None:
    allowed = service.http.get("/").headers["Content-Security-Policy"]
    assert f"connect-src 'self' https: {endpoint};" in allowed
    assert "connect-src 'self';" in start().http.get("/").headers["Content-Security-Policy"]
