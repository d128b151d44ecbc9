"""Any replica takes back lost jobs, rings again, and removes what was kept long enough."""

import time

from redis import Redis

from contract.jobs import JobStatus
from tests.integration.backend.conftest import Start
from tests.integration.backend.service import Service

SECONDS = 15.0


def wait_until(true: object) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.02)  # between looks at a sweep that tells nobody


def rings(service: Service, redis: Redis) -> int:
    return redis.llen(service.settings.queue.name)


def test_a_lapsed_job_waits_again_and_is_rung_for(start: Start, redis: Redis) -> None:
    service = start(queue={"lease_seconds": 1.0, "beat_seconds": 0.2, "sweep_seconds": 0.1})
    job = service.claimed(service.made_job())
    wait_until(lambda: service.store.get(job.job_id).status is JobStatus.queued)
    wait_until(lambda: rings(service, redis) == 2)
    assert service.store.get(job.job_id).attempts[0].worker == "stand-in"


def test_a_lost_message_is_sent_again(start: Start, redis: Redis) -> None:
    service = start(queue={"republish_seconds": 0.2, "sweep_seconds": 0.1})
    service.made_job()
    redis.delete(service.settings.queue.name)
    wait_until(lambda: rings(service, redis) == 1)


def test_files_go_when_their_time_is_over(start: Start) -> None:
    service = start(retention={"files_seconds": 1})
    job = service.finished(service.made_job())
    assert service.blobs
    wait_until(lambda: service.store.expiry.due(1))
    start(retention={"files_seconds": 1})  # a replica tidies as it starts
    wait_until(lambda: not service.blobs)
    answer = service.http.get(f"/api/v1/jobs/{job.job_id}/stems/vocals")
    assert (answer.status_code, answer.json()["code"]) == (410, "job_expired")
