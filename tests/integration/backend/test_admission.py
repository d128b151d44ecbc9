"""Which jobs are let in: a worker, a place in the line and room on disk, or an answer that says when to come back."""

import os
import shutil
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from redis import Redis

from contract import keys
from contract.line.speeds import SpeedBook
from tests.integration.backend.conftest import Start
from tests.integration.backend.service import Service
from tests.integration.backend.test_service import announce_worker
from tests.integration.backend.test_upload_limits import PART, connect, send_chunk
from tests.redis_server import RedisServer
from tests.service_process import wait_for


def test_without_a_worker_for_too_long(start: Start, redis: Redis) -> None:
    service = start(intake={"without_worker_seconds": 60})
    assert service.submit().status_code == 202, "a service that begins waits for its workers"
    redis.set(keys.WORKER_SEEN, time.time() - 30)
    assert service.submit().status_code == 202
    impatient = start(intake={"without_worker_seconds": 0})
    answer = impatient.submit()
    assert (answer.status_code, answer.json()["code"]) == (503, "no_worker")
    assert answer.headers["Retry-After"] == "30"
    announce_worker(impatient)
    assert impatient.submit().status_code == 202


def test_a_caller_whose_turn_is_far_away_is_told_so_and_others_are_not(start: Start, redis: Redis) -> None:
    service = start(queue={"longest_wait_seconds": 500}, proxies=["127.0.0.1"])
    SpeedBook(redis).learn("demo", "cpu", audio_seconds=1, work_seconds=400)
    for _ in range(2):
        assert service.submit().status_code == 202
    refused = service.submit()
    assert (refused.status_code, refused.json()["code"]) == (429, "queue_full")
    assert refused.headers["Retry-After"] == "300"
    assert service.submit(headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 202


def test_the_last_tenth_of_the_line_is_for_those_who_have_nothing_in_it(start: Start) -> None:
    service = start(queue={"max_depth": 10}, proxies=["127.0.0.1"])
    assert [service.submit().status_code for _ in range(10)] == [202] * 9 + [429]
    newcomer = {"X-Forwarded-For": "203.0.113.7"}
    assert [service.submit(headers=newcomer).status_code for _ in range(2)] == [202, 429]


def test_recordings_on_their_way_count_as_if_they_waited(start: Start) -> None:
    service = start(queue={"max_depth": 1})
    with connect(service, b"Transfer-Encoding: chunked") as connection:
        send_chunk(connection, PART)
        wait_for(lambda: _parts_of(service) == 1)
        refused = service.submit().json()
    assert refused["code"] == "queue_full"
    wait_for(lambda: service.submit().status_code == 202)


def test_room_is_promised_to_jobs_until_they_end(start: Start, redis: Redis) -> None:
    service = start()
    job = service.made_job()
    promised = int(redis.hget(keys.ROOM, job.job_id))
    assert promised > 4 * 44_100 * 4, "four stems of a second"
    assert redis.zcard(keys.ROOM_LEASES) == 0
    assert service.submit(b"not audio").status_code == 400
    assert redis.hkeys(keys.ROOM) == [job.job_id.encode()]
    redis.hset(keys.ROOM, "another", 2**60)
    assert service.submit().status_code == 507
    assert redis.hlen(keys.ROOM) == 2
    assert len(service.blobs) == 1
    service.finished(job)
    assert redis.hkeys(keys.ROOM) == [b"another"]
    redis.zadd(keys.ROOM_LEASES, {"another": 1})
    assert service.submit().status_code == 202, "a promise that lapsed keeps nobody out"


def test_links_that_find_the_line_full_leave_no_promise(start: Start, redis: Redis) -> None:
    services = [start(queue={"max_depth": 2}) for _ in range(2)]
    link = {"url": "https://example.org/song.mp3"}

    def ask(at: int) -> httpx.Response:
        return services[at % 2].http.post("/api/v1/stemify", json=link)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(16)))
    answers += [ask(at) for at in range(3)]  # those that arrive together may keep each other out of the last place
    assert {answer.status_code for answer in answers} == {202, 429}
    accepted = [answer.json()["job_id"] for answer in answers if answer.status_code == 202]
    assert len(accepted) == 2
    assert {job_id.decode() for job_id in redis.hkeys(keys.ROOM)} == set(accepted)


def test_a_storage_that_is_gone_is_not_ready(start: Start, tmp_path: Path) -> None:
    service = start()
    shutil.rmtree(tmp_path / "blobs")
    parts = {part["name"]: part for part in service.http.get("/health").json()["dependencies"]}
    assert not parts["storage"]["ok"]
    assert "gone" in parts["storage"]["detail"]
    assert str(tmp_path) not in str(parts)


def test_a_server_that_freezes_is_an_answer_and_no_silence(start: Start, tmp_path_factory) -> None:
    server = RedisServer(tmp_path_factory.mktemp("frozen"))
    server.start()
    service = start(redis={"url": server.url, "timeout_seconds": 0.3})
    assert service.http.get("/health").json()["dependencies"][0]["ok"]
    os.kill(server.pid, signal.SIGSTOP)
    report = service.http.get("/health").json()
    assert [part["ok"] for part in report["dependencies"]] == [False, True, False]
    refused = service.submit()
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert refused.headers["Retry-After"]
    os.kill(server.pid, signal.SIGCONT)
    assert service.http.get("/health").json()["dependencies"][0]["ok"]
    service.http.get("/api/v1/jobs").raise_for_status()
    server.kill()


def _parts_of(service: Service) -> int:
    """How many recordings are half-written."""
    return len(list(Path(service.settings.storage.url.removeprefix("file:")).rglob("*.part")))
