"""Mixes over HTTP: made once, downloaded in ranges, refused where they cannot be, gone with their job."""

import hashlib
import io
import json
import socket
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import soundfile
from redis import Redis

from backend.mixes.mixdown import make_mix
from backend.mixes.shelf import MixShelf
from backend.mixes.wishes import MixRequest, StemInMix
from contract.errors import JobExpired, JobNotFound
from contract.janitor import Janitor
from contract.job_store import JobStore
from contract.jobs import Job
from contract.room import Room
from contract.settings import RetentionSettings
from contract.storage import BlobFacts
from contract.storage.local_folder import LocalFolder
from contract.task_queue import TaskQueue, make_celery
from tests.integration.backend.conftest import Start
from tests.integration.backend.service import Service, wav
from tests.service_process import wait_for


@pytest.fixture
def job(service: Service) -> Job:
    return service.finished(service.made_job(filename="My Song.wav"))


def mix(service: Service, job: Job, **wish: Any) -> httpx.Response:
    return service.http.post(f"/api/v1/jobs/{job.job_id}/mixes", json={"stems": {"bass": {}, "drums": {}}} | wish)


def test_a_mix_is_made_once_and_downloaded(service: Service, job: Job) -> None:
    made = mix(service, job, gain_db=-6)
    assert made.status_code == 201
    body = made.json()
    assert made.headers["Location"] == body["url"] == f"/api/v1/jobs/{job.job_id}/mixes/{body['mix_id']}"
    audio = service.http.get(body["url"])
    assert hashlib.sha256(audio.content).hexdigest() == body["sha256"]
    assert len(audio.content) == body["bytes"]
    assert 'filename="My Song (mix).wav"' in audio.headers["Content-Disposition"]
    samples, rate = soundfile.read(io.BytesIO(audio.content))
    assert (len(samples), rate) == (body["frames"], 44_100)
    part = service.http.get(body["url"], headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, audio.content[4:8])
    assert service.http.head(body["url"]).headers["Content-Length"] == str(body["bytes"])
    again = mix(service, job, gain_db=-6)
    assert (again.status_code, again.json()) == (200, body)


def test_two_stems_that_are_the_same_are_twice_as_loud(service: Service, job: Job) -> None:
    one, both = mix(service, job, stems={"bass": {}}).json(), mix(service, job).json()
    assert both["peak_dbfs"] - one["peak_dbfs"] == pytest.approx(6.02, abs=0.02)
    assert one["mix_id"] != both["mix_id"]


@pytest.mark.parametrize(
    ("wish", "pointer"),
    [
        ({"stems": {}}, "/stems"),
        ({"stems": {"trumpet": {}}}, "/stems/trumpet"),
        ({"stems": {"bass": {"pan": 2}}}, "/stems/bass/pan"),
        ({"stems": {"bass": {"gain_db": "loud"}}}, "/stems/bass/gain_db"),
        ({"format": "aiff"}, "/format"),
        ({"bitrate_kbps": 128}, "/bitrate_kbps"),
        ({"format": "flac", "bit_depth": "32f"}, "/bit_depth"),
        ({"echo": True}, "/echo"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(service: Service, job: Job, wish: dict[str, Any], pointer: str) -> None:
    answer = mix(service, job, **wish)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_options")
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_what_is_no_json_object_is_refused(service: Service, job: Job) -> None:
    for body in (b"{", b"[]", b'{"stems": ' + b" " * 100_000):
        answer = service.http.post(f"/api/v1/jobs/{job.job_id}/mixes", content=body)
        assert answer.status_code in {400, 413}
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_no_mix_before_the_end_and_none_of_another_name(service: Service, job: Job) -> None:
    assert mix(service, service.made_job()).json()["code"] == "stem_not_ready"
    for name in ("0" * 32, "..%2f..%2fmanifest", "x"):
        assert service.http.get(f"/api/v1/jobs/{job.job_id}/mixes/{name}").status_code == 404


def test_a_mix_goes_with_its_job(service: Service, job: Job) -> None:
    url = mix(service, job).json()["url"]
    assert service.http.delete(f"/api/v1/jobs/{job.job_id}").status_code == 204
    assert service.http.get(url).status_code == 404
    assert not service.blobs


def parts_with(service: Service, redis: Redis, **changed: Any) -> Any:
    """What making a mix needs of a replica."""
    room = Room(redis, service.storage, service.settings.storage)
    known = {"settings": service.settings, "storage": service.storage, "store": service.store, "room": room}
    return SimpleNamespace(**known | changed)


class _InterruptedBy(LocalFolder):
    """A folder in which something happens while a file is being stored."""

    def __init__(self, root: Path, act: Callable[[], object]) -> None:
        super().__init__(root)
        self._act = act

    def put_file(self, key: str, path: Path) -> BlobFacts:
        with self.writer(key) as writer:
            writer.write(path.read_bytes())
            self._act()
        return super().put_file(key, path)


def test_a_mix_whose_job_is_deleted_while_it_is_stored_leaves_nothing(service: Service, job: Job, redis: Redis) -> None:
    delete = partial(service.http.delete, f"/api/v1/jobs/{job.job_id}")
    parts = parts_with(service, redis, storage=_InterruptedBy(service.root, delete))
    with pytest.raises(JobNotFound):
        make_mix(parts, job, MixRequest(stems={"bass": StemInMix()}))
    assert not service.blobs


def test_a_mix_whose_job_expires_meanwhile_leaves_nothing(service: Service, job: Job, redis: Redis) -> None:
    retention = RetentionSettings(after_download_seconds=1)
    store = JobStore(redis, queue=service.settings.queue, retention=retention)
    queue = TaskQueue(make_celery(service.settings.redis, service.settings.queue), "unused")
    parts = parts_with(service, redis, store=store)

    def expires() -> bool:
        store.expiry.downloaded(job.job_id)
        wait_for(lambda: store.expiry.due(1))
        Janitor(store, queue, service.storage).tidy()
        return False

    with pytest.raises(JobExpired):
        make_mix(parts, job, MixRequest(stems={"bass": StemInMix()}), is_unwanted=expires)
    assert not service.blobs


def test_two_that_make_room_at_once_do_not_disturb_each_other(service: Service, job: Job) -> None:
    shelf = MixShelf(_EmptiedMeanwhile(service.root), job, most=1)
    names = [mix(service, job, gain_db=-gain).json()["mix_id"] for gain in range(2)]
    found = [shelf.find(name) for name in names]
    assert found == [None, None]
    later = MixShelf(service.storage, job, most=2).find(mix(service, job, gain_db=-2).json()["mix_id"])
    path = service.storage.local_path(job.stems[0].blob)
    shelf.put(path, later)
    assert MixShelf(service.storage, job, most=2).find(later.mix_id) == later


class _EmptiedMeanwhile(LocalFolder):
    """A folder from which another takes what is about to be read."""

    def read(self, key: str, **span: Any) -> Iterator[bytes]:
        self.delete(key)
        yield from super().read(key, **span)


def test_a_mix_whose_client_leaves_is_given_up(start: Start, tmp_path: Path) -> None:
    (folder := tmp_path / "mixing").mkdir()
    service = start(mixes={"folder": folder})
    job = service.finished(service.made_job())
    with service.storage.writer(job.stems[0].blob) as writer:
        writer.write(wav(120))  # takes seconds to encode
    body = json.dumps({"stems": {job.stems[0].name: {}}, "format": "ogg"}).encode()
    head = f"POST /api/v1/jobs/{job.job_id}/mixes HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", service.port)) as client:
        client.sendall(head.encode() + body)
        wait_for(lambda: list(folder.glob("*/mix")))
    wait_for(lambda: not list(folder.iterdir()))
    assert not [blob for blob in service.blobs if "/mixes/" in blob]
    assert mix(service, job, stems={job.stems[1].name: {}}).status_code == 201


def test_downloading_a_mix_shortens_the_keeping_as_a_stem_does(start: Start) -> None:
    service = start(retention={"after_download_seconds": 60})
    job = service.finished(service.made_job())
    url = mix(service, job).json()["url"]
    service.http.head(url)
    assert service.store.get(job.job_id).expires_at == job.expires_at
    service.http.get(url)
    assert service.store.get(job.job_id).expires_at < job.expires_at


def test_the_oldest_mix_makes_room(start: Start) -> None:
    service = start(mixes={"most_per_job": 2})
    job = service.finished(service.made_job())
    urls = [mix(service, job, gain_db=-gain).json()["url"] for gain in range(3)]
    assert [service.http.get(url).status_code for url in urls] == [404, 200, 200]


def test_without_a_folder_to_make_it_in_the_service_says_so(start: Start) -> None:
    service = start(mixes={"folder": "/nowhere/at/all"})
    job = service.finished(service.made_job())
    answer = mix(service, job)
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")


def test_a_full_disk_refuses_a_mix(start: Start) -> None:
    job = (filling := start()).finished(filling.made_job())
    full = start(storage={"free_bytes_floor": 2**60, "free_share_floor": 1.0})
    answer = mix(full, job)
    assert (answer.status_code, answer.json()["code"]) == (507, "insufficient_storage")
    assert mix(filling, job).status_code == 201


def test_the_request_is_told_in_the_schema(service: Service) -> None:
    post = service.http.get("/openapi.json").json()["paths"]["/api/v1/jobs/{job_id}/mixes"]["post"]
    body = post["requestBody"]["content"]["application/json"]
    assert set(body["example"]) <= set(body["schema"]["properties"])
    assert "$ref" not in str(body["schema"])
