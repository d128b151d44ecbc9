"""What a completed job made, downloaded: ranges, conditions, names, the zip."""

import hashlib
import io
import json
import zipfile

import pytest

from contract.jobs import Job
from tests.integration.backend.conftest import Start
from tests.integration.backend.service import Service


@pytest.fixture
def job(service: Service) -> Job:
    return service.finished(service.made_job(filename="Café Søng.wav"))


@pytest.fixture
def path(job: Job) -> str:
    return f"/api/v1/jobs/{job.job_id}/stems/vocals"


def test_a_whole_stem(service: Service, job: Job, path: str) -> None:
    answer = service.http.get(path)
    stem = job.stems[3]
    assert answer.status_code == 200
    assert hashlib.sha256(answer.content).hexdigest() == stem.sha256
    assert answer.headers["ETag"] == f'"{stem.sha256}"'
    assert answer.headers["Content-Type"] == "audio/wav"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    disposition = answer.headers["Content-Disposition"]
    assert 'filename="Cafe Sng (vocals).wav"' in disposition
    assert "filename*=UTF-8''Caf%C3%A9%20S%C3%B8ng%20%28vocals%29.wav" in disposition


@pytest.mark.parametrize(
    ("asked", "first", "end"),
    [("bytes=0-99", 0, 100), ("bytes=100-", 100, None), ("bytes=-7", -7, None), ("BYTES=5-5", 5, 6)],
)
def test_a_range(service: Service, path: str, asked: str, first: int, end: int | None) -> None:
    whole = service.http.get(path).content
    part = service.http.get(path, headers={"Range": asked})
    assert part.status_code == 206
    assert part.content == whole[first:end]
    assert part.headers["Content-Range"].endswith(f"/{len(whole)}")


def test_several_ranges(service: Service, path: str) -> None:
    part = service.http.get(path, headers={"Range": "bytes=0-1,10-11"})
    assert part.status_code == 206
    assert part.headers["Content-Type"].startswith("multipart/byteranges")


def test_a_range_outside(service: Service, path: str) -> None:
    answer = service.http.get(path, headers={"Range": "bytes=99999999-"})
    assert (answer.status_code, answer.json()["code"]) == (416, "range_not_satisfiable")
    assert answer.headers["Content-Range"].startswith("bytes */")


def test_a_range_in_other_units_is_no_range(service: Service, path: str) -> None:
    assert service.http.get(path, headers={"Range": "items=0-1"}).status_code == 200


def test_if_range(service: Service, job: Job, path: str) -> None:
    same = {"Range": "bytes=0-9", "If-Range": f'"{job.stems[3].sha256}"'}
    assert service.http.get(path, headers=same).status_code == 206
    assert service.http.get(path, headers=same | {"If-Range": '"old"'}).status_code == 200


def test_if_none_match(service: Service, path: str) -> None:
    etag = service.http.get(path).headers["ETag"]
    answer = service.http.get(path, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content) == (304, b"")


def test_head(service: Service, path: str) -> None:
    whole, head = service.http.get(path), service.http.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == whole.headers["Content-Length"]
    assert head.headers["ETag"] == whole.headers["ETag"]


def test_no_such_stem_names_those_there_are(service: Service, job: Job) -> None:
    answer = service.http.get(f"/api/v1/jobs/{job.job_id}/stems/kazoo")
    assert (answer.status_code, answer.json()["code"]) == (404, "stem_not_found")
    assert "vocals" in answer.json()["detail"]


@pytest.mark.parametrize("what", ["stems/vocals", "stems/vocals/peaks", "archive", "manifest"])
def test_nothing_is_ready_before_the_end(service: Service, what: str) -> None:
    job = service.made_job()
    answer = service.http.get(f"/api/v1/jobs/{job.job_id}/{what}")
    assert (answer.status_code, answer.json()["code"]) == (409, "stem_not_ready")


@pytest.mark.parametrize("what", ["stems/vocals", "stems/vocals/peaks", "archive", "manifest"])
def test_after_the_files_time(start: Start, what: str) -> None:
    service = start(retention={"files_seconds": 1})
    job = service.finished(service.made_job())
    path = f"/api/v1/jobs/{job.job_id}/{what}"
    answer = service.http.get(path)
    while answer.status_code == 200:
        answer = service.http.get(path)
    assert (answer.status_code, answer.json()["code"]) == (410, "job_expired")
    assert service.http.get(f"/api/v1/jobs/{job.job_id}").json()["status"] == "completed"


def test_a_download_shortens_the_keeping(start: Start) -> None:
    service = start(retention={"after_download_seconds": 60})
    job = service.finished(service.made_job())
    service.http.head(f"/api/v1/jobs/{job.job_id}/stems/vocals")
    assert service.store.get(job.job_id).expires_at == job.expires_at
    service.http.get(f"/api/v1/jobs/{job.job_id}/stems/vocals")
    assert service.store.get(job.job_id).expires_at < job.expires_at


@pytest.mark.parametrize("what", ["/stems/vocals", "/stems/vocals/peaks", "/archive"])
def test_files_that_are_gone_are_410(service: Service, job: Job, what: str) -> None:
    service.storage.delete_folder(f"results/{job.job_id}")
    answer = service.http.get(f"/api/v1/jobs/{job.job_id}{what}")
    assert (answer.status_code, answer.json()["code"]) == (410, "job_expired")


def test_the_waveform(service: Service, path: str) -> None:
    peaks = service.http.get(f"{path}/peaks", params={"points": 50}).json()
    assert peaks["points"] == 50
    assert len(peaks["minimum"]) == len(peaks["maximum"]) == 50
    assert service.http.get(f"{path}/peaks", params={"points": 0}).status_code == 422


@pytest.mark.parametrize("older", [False, True])
def test_everything_in_one_zip(service: Service, job: Job, *, older: bool) -> None:
    path = f"/api/download/{job.job_id}" if older else f"/api/v1/jobs/{job.job_id}/archive"
    answer = service.http.get(path)
    assert answer.headers["Content-Type"] == "application/zip"
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    if older:
        assert f'filename="stems_{job.job_id}.zip"' in answer.headers["Content-Disposition"]
    else:
        assert service.http.head(path).headers["Content-Length"] == answer.headers["Content-Length"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as zipped:
        assert zipped.testzip() is None
        assert len(zipped.namelist()) == 5
        assert all(member.compress_type == zipfile.ZIP_STORED for member in zipped.infolist())
        assert json.loads(zipped.read("manifest.json"))["job_id"] == job.job_id
        assert hashlib.sha256(zipped.read("Café Søng (vocals).wav")).hexdigest() == job.stems[3].sha256


def test_the_manifest(service: Service, job: Job) -> None:
    answer = service.http.get(f"/api/v1/jobs/{job.job_id}/manifest")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["schema_version"] == 1
