"""Jobs over HTTP: looked at, waited for, listed, canceled, deleted."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from contract.errors import FailureCode
from contract.events import JobFailed
from contract.jobs import JobStatus
from tests.builders import NOON, a_job
from tests.integration.backend.conftest import Start
from tests.integration.backend.service import Service

NOBODY = "0" * 32


def test_a_job_as_it_stands(service: Service) -> None:
    job = service.finished(service.made_job())
    body = service.http.get(f"/api/v1/jobs/{job.job_id}").json()
    assert body["status"] == "completed"
    assert body["progress"] == 100
    assert body["queue_position"] is None
    assert body["download_url"] == f"/api/v1/jobs/{job.job_id}/archive"
    assert body["links"]["cancel"] == f"/api/v1/jobs/{job.job_id}/cancel"
    assert [stem["name"] for stem in body["stems"]] == ["drums", "bass", "other", "vocals"]
    assert body["stems"][3]["url"] == f"/api/v1/jobs/{job.job_id}/stems/vocals"
    assert body["timings"]["realtime_factor"] == 0.5
    assert body["error"] is None
    assert body["created_at"].endswith("Z")


def test_a_failed_job_says_why(service: Service) -> None:
    job = service.claimed(service.made_job())
    event = JobFailed(at=NOON, code=FailureCode.out_of_memory, detail="No memory left.", retryable=True)
    service.store.finish(job, event)
    body = service.http.get(f"/api/v1/jobs/{job.job_id}").json()
    assert body["error"] == {"code": "out_of_memory", "detail": "No memory left.", "retryable": True}
    assert body["stems"] == []
    assert service.http.get(f"/api/v1/jobs/{job.job_id}/stems/vocals").status_code == 404


@pytest.mark.parametrize("job_id", [NOBODY, "nonsense", "%2e%2e", "0" * 33])
@pytest.mark.parametrize("path", ["", "/stems/vocals", "/stems/vocals/peaks", "/archive", "/manifest", "/events"])
def test_no_such_job(service: Service, job_id: str, path: str) -> None:
    answer = service.http.get(f"/api/v1/jobs/{job_id}{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "job_not_found")


def test_another_tenants_job_is_not_there(service: Service) -> None:
    job = service.store.accept(a_job(tenant="somebody-else"))
    for method, path in (("GET", ""), ("POST", "/cancel"), ("DELETE", ""), ("GET", "/events"), ("GET", "/archive")):
        answer = service.http.request(method, f"/api/v1/jobs/{job.job_id}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "job_not_found")
    assert service.http.get("/api/v1/jobs").json()["data"] == []
    assert service.store.get(job.job_id).status is JobStatus.queued


def test_a_job_not_changed_is_304(service: Service) -> None:
    job = service.made_job()
    path = f"/api/v1/jobs/{job.job_id}"
    etag = service.http.get(path).headers["ETag"]
    unchanged = service.http.get(path, headers={"If-None-Match": etag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    service.claimed(job)
    assert service.http.get(path, headers={"If-None-Match": etag}).status_code == 200


def test_moving_up_in_the_queue_is_a_change(service: Service) -> None:
    first, second = service.made_job(), service.made_job()
    path = f"/api/v1/jobs/{second.job_id}"
    seen = service.http.get(path)
    assert seen.json()["queue_position"] == 2
    service.claimed(first)
    moved = service.http.get(path, headers={"If-None-Match": seen.headers["ETag"]})
    assert moved.json()["queue_position"] == 1


def test_a_long_poll_ends_with_the_next_change(service: Service) -> None:
    job = service.made_job()
    path = f"/api/v1/jobs/{job.job_id}"
    etag = service.http.get(path).headers["ETag"]
    claimer = threading.Timer(0.3, service.claimed, (job,))
    claimer.start()
    answer = service.http.get(path, headers={"Prefer": "wait=15", "If-None-Match": etag})
    claimer.join()
    assert answer.json()["status"] == "processing"
    assert answer.headers["Preference-Applied"] == "wait=15"


def test_a_long_poll_without_news_gives_what_there_is(service: Service) -> None:
    job = service.made_job()
    answer = service.http.get(f"/api/v1/jobs/{job.job_id}", headers={"Prefer": "wait=1"})
    assert answer.json()["version"] == 1


def test_submitting_may_wait_for_the_end(service: Service) -> None:
    def work() -> None:
        while not (found := service.store.page("anonymous").jobs):
            pass
        service.finished(found[0])

    worker = threading.Thread(target=work)
    worker.start()
    answer = service.submit(headers={"Prefer": "wait=15"})
    worker.join()
    assert answer.status_code == 202
    assert answer.json()["status"] == "completed"


def test_a_job_that_cannot_be_waited_for_was_made_all_the_same(service: Service) -> None:
    def take_away() -> None:
        while not (found := service.store.page("anonymous").jobs):
            pass
        service.store.delete(found[0].job_id)

    other = threading.Thread(target=take_away)
    other.start()
    answer = service.submit(headers={"Prefer": "wait=15"})
    other.join()
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/api/v1/jobs/{answer.json()['job_id']}"


def test_jobs_are_listed_newest_first_in_pages(service: Service) -> None:
    made = [service.store.accept(a_job(created_at=datetime.now(UTC))).job_id for _ in range(5)]
    listed: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = service.http.get("/api/v1/jobs", params={"limit": 2} | cursor).json()
        listed += [job["job_id"] for job in page["data"]]
        if not page["has_more"]:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert sorted(listed) == sorted(made)
    assert len(listed) == 5


def test_jobs_are_filtered(service: Service) -> None:
    done, waiting = service.finished(service.made_job()), service.made_job()

    def ids(**params: object) -> list[str]:
        return [job["job_id"] for job in service.http.get("/api/v1/jobs", params=params).json()["data"]]

    assert ids(status="completed") == [done.job_id]
    assert ids(status=["queued", "processing"]) == [waiting.job_id]
    assert ids(model="htdemucs") == []
    assert ids(created_after=(datetime.now(UTC) + timedelta(hours=1)).isoformat()) == []
    assert len(ids(created_after="2020-01-01T00:00:00")) == 2


@pytest.mark.parametrize(
    "params",
    [{"limit": 0}, {"limit": "x"}, {"status": "asleep"}, {"cursor": "?"}, {"cursor": "bmFuOng"}, {"sort": "x"}],
)
def test_a_list_that_cannot_be(service: Service, params: dict[str, object]) -> None:
    answer = service.http.get("/api/v1/jobs", params=params)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_options")
    assert answer.json()["errors"][0]["pointer"].startswith(f"/{next(iter(params))}")


def test_a_public_service_lists_nothing(start: Start) -> None:
    answer = start(profile="public").http.get("/api/v1/jobs")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_waiting_job_is_canceled_at_once_and_again(service: Service) -> None:
    path = f"/api/v1/jobs/{service.made_job().job_id}/cancel"
    first, second = service.http.post(path), service.http.post(path)
    assert first.json()["status"] == "canceled"
    assert second.json()["version"] == first.json()["version"]


def test_a_running_job_is_asked_to_stop(service: Service) -> None:
    job = service.claimed(service.made_job())
    assert service.http.post(f"/api/v1/jobs/{job.job_id}/cancel").json()["status"] == "processing"
    assert service.store.get(job.job_id).cancel_requested


def test_a_finished_job_is_canceled_in_vain(service: Service) -> None:
    job = service.finished(service.made_job())
    assert service.http.post(f"/api/v1/jobs/{job.job_id}/cancel").json()["status"] == "completed"


def test_deleting_leaves_nothing(service: Service) -> None:
    job = service.finished(service.made_job())
    assert service.http.delete(f"/api/v1/jobs/{job.job_id}").status_code == 204
    assert service.blobs == []
    assert service.http.get(f"/api/v1/jobs/{job.job_id}").status_code == 404
    assert service.http.delete(f"/api/v1/jobs/{job.job_id}").status_code == 404


def test_head_of_a_job(service: Service) -> None:
    path = f"/api/v1/jobs/{service.made_job().job_id}"
    head = service.http.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == service.http.get(path).headers["ETag"]


def test_a_method_nobody_serves_names_those_that_are(service: Service) -> None:
    answer = service.http.put(f"/api/v1/jobs/{service.made_job().job_id}")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "DELETE, GET, HEAD")
