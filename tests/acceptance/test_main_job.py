"""The main job from outside: a recording goes in over HTTP, progress comes over the socket, stems come out."""

import queue
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import socketio

from tests.acceptance.launched import LaunchedStack
from tests.acceptance.recordings import KINDS, Kind, form_of, recording

pytestmark = pytest.mark.timeout(300)  # a busy machine takes its time

STEMS = {"drums", "bass", "other", "vocals"}
JOB_SECONDS = 200.0


def submit(api: httpx.Client, path: Path, **fields: str) -> httpx.Response:
    with path.open("rb") as file:
        return api.post("/api/v1/stemify", files={"file": (path.name, file)}, data={"model": "demo", **fields})


def ended(api: httpx.Client, job_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + JOB_SECONDS
    while True:
        job = api.get(f"/api/v1/jobs/{job_id}", headers={"Prefer": "wait=10"}).json()
        if job["status"] in ("completed", "failed", "canceled"):
            return job
        assert time.monotonic() < deadline, f"after {JOB_SECONDS:g} s the job is {job['status']} at {job['progress']}"


class Listener:
    """An ordinary Socket.IO client with no options, watching one job."""

    def __init__(self, url: str) -> None:
        self.events: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()
        self._client = socketio.Client()
        for name in ("progress", "stem", "completed", "error", "canceled"):
            self._client.on(name, lambda data, name=name: self.events.put((name, data)), namespace="/progress")
        self._client.connect(url, namespaces=["/progress"], wait_timeout=10)

    def subscribe(self, job_id: str) -> dict[str, Any]:
        return self._client.call("subscribe", {"job_id": job_id}, namespace="/progress", timeout=10)

    def until_end(self) -> list[tuple[str, dict[str, Any]]]:
        found = []
        while not found or found[-1][0] not in ("completed", "error", "canceled"):
            found.append(self.events.get(timeout=JOB_SECONDS))
        return found

    def close(self) -> None:
        self._client.shutdown()


@pytest.fixture
def listener(stack: LaunchedStack) -> Iterator[Listener]:
    found = Listener(stack.url)
    yield found
    found.close()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.ending)
def test_stems_have_the_form_of_their_song(api: httpx.Client, tmp_path: Path, kind: Kind) -> None:
    path = recording(tmp_path, kind)
    accepted = submit(api, path)
    assert accepted.status_code == 202, accepted.text
    job = ended(api, accepted.json()["job_id"])
    assert job["status"] == "completed", job["error"]
    assert {stem["name"] for stem in job["stems"]} == STEMS
    for stem in job["stems"]:
        file = tmp_path / f"{stem['name']}.wav"
        file.write_bytes(api.get(stem["url"]).content)
        assert form_of(file) == form_of(path)


def test_progress_comes_over_the_socket_in_order_and_ends(
    api: httpx.Client, listener: Listener, tmp_path: Path
) -> None:
    job = submit(api, recording(tmp_path, KINDS[0], seconds=12.0)).json()
    assert listener.subscribe(job["job_id"])["job_id"] == job["job_id"]
    events = listener.until_end()
    told = [(data["version"], name, data.get("stem")) for name, data in events]
    assert len(told) == len(set(told))
    assert [version for version, *_ in told] == sorted(version for version, *_ in told)
    assert events[-1][0] == "completed"
    assert {data["job_id"] for _, data in events} == {job["job_id"]}
    shown = [data["progress"] for name, data in events if name == "progress"]
    assert shown == sorted(shown)
    assert all(0 <= percent <= 100 for percent in shown)
    assert len({percent for percent in shown if percent < 100}) > 2


def test_who_comes_late_gets_the_end_at_once(api: httpx.Client, listener: Listener, tmp_path: Path) -> None:
    job = submit(api, recording(tmp_path, KINDS[0])).json()
    ended(api, job["job_id"])
    snapshot = listener.subscribe(job["job_id"])
    assert snapshot["status"] == "completed"
    assert {stem["name"] for stem in snapshot["stems"]} == STEMS


def test_a_text_file_named_song_mp3_is_told_what_it_is(api: httpx.Client, tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    path.write_text("These are words, not music.\n" * 100)
    refused = submit(api, path)
    assert refused.status_code == 400
    assert refused.headers["content-type"].startswith("application/problem+json")
    assert refused.json()["code"] == "unsupported_media"


def test_a_deleted_job_is_gone(api: httpx.Client, tmp_path: Path) -> None:
    job = submit(api, recording(tmp_path, KINDS[0])).json()
    job = ended(api, job["job_id"])
    assert api.delete(f"/api/v1/jobs/{job['job_id']}").status_code == 204
    assert api.get(f"/api/v1/jobs/{job['job_id']}").status_code == 404
    assert api.get(job["stems"][0]["url"]).status_code == 404
