"""Jobs followed over Socket.IO: join before snapshot, versions that grow, and the end in spite of lost messages."""

import queue
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import socketio
from redis import Redis

from contract import keys
from contract.errors import FailureCode
from contract.events import JobFailed
from contract.jobs import Job
from tests.builders import NOON, a_job
from tests.integration.backend.conftest import Start
from tests.integration.backend.service import Service

SECONDS = 10.0
EVENTS = ("progress", "stem", "completed", "error", "canceled")

Heard = tuple[str, dict[str, Any]]


class Listener:
    """An ordinary Socket.IO client."""

    def __init__(self, url: str, **options: Any) -> None:
        self.heard: queue.Queue[Heard] = queue.Queue()
        self._client = socketio.Client()
        for name in EVENTS:
            self._client.on(name, lambda data, name=name: self.heard.put((name, data)), namespace="/progress")
        self._client.connect(url, namespaces=["/progress"], wait_timeout=SECONDS, **options)

    def ask(self, event: str, wish: object) -> dict[str, Any]:
        return self._client.call(event, wish, namespace="/progress", timeout=SECONDS)

    def subscribe(self, job: Job) -> dict[str, Any]:
        return self.ask("subscribe", {"job_id": job.job_id})

    def until(self, *names: str) -> list[Heard]:
        """Everything up to the first event of one of these names."""
        found: list[Heard] = []
        while not found or found[-1][0] not in names:
            found.append(self.heard.get(timeout=SECONDS))
        return found

    def close(self) -> None:
        """Leave without waiting for a poll that the server holds open: its library would wait for half a minute."""
        self._client.eio.disconnect(abort=True)


Listen = Callable[..., Listener]


@pytest.fixture
def listen(service: Service) -> Iterator[Listen]:
    """Connects listeners, to the ordinary replica unless told otherwise."""
    open_ones: list[Listener] = []

    def connect(to: Service = service, **options: Any) -> Listener:
        open_ones.append(Listener(to.url, **options))
        return open_ones[-1]

    yield connect
    for listener in open_ones:
        listener.close()


def grows(heard: list[Heard]) -> bool:
    versions = [payload["version"] for _, payload in heard]
    return versions == sorted(versions)


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_a_job_is_followed_to_its_end(service: Service, listen: Listen, transport: str) -> None:
    job = service.made_job()
    listener = listen(transports=[transport])
    snapshot = listener.subscribe(job)
    assert snapshot == service.http.get(f"/api/v1/jobs/{job.job_id}").json()
    held = service.claimed(job)
    for percent in (10, 60):
        held = service.progress(held, percent)
    service.store.finish(held, JobFailed(at=NOON, code=FailureCode.internal, detail="It broke.", retryable=True))
    heard = listener.until("error")
    assert grows(heard)
    assert [payload["progress"] for name, payload in heard if name == "progress"] == [0, 10, 60]
    assert set(heard[0][1]) == {
        *("job_id", "status", "stage", "progress", "message", "queue_position", "eta_seconds", "version")
    }
    last = heard[-1][1]
    assert (last["code"], last["error_message"]) == ("internal", "It broke.")


def test_the_stems_come_with_the_end(service: Service, listen: Listen) -> None:
    job = service.made_job()
    listener = listen()
    listener.subscribe(job)
    service.finished(job)
    ending = listener.until("completed")[-1][1]
    assert ending["download_url"] == f"/api/v1/jobs/{job.job_id}/archive"
    assert ending["stems"] == service.http.get(f"/api/v1/jobs/{job.job_id}").json()["stems"]


def test_an_ended_job_tells_its_end_at_once(service: Service, listen: Listen) -> None:
    job = service.finished(service.made_job())
    listener = listen()
    assert listener.subscribe(job)["status"] == "completed"
    assert listener.until("completed")[-1][1]["job_id"] == job.job_id


def test_a_canceled_job(service: Service, listen: Listen) -> None:
    job = service.made_job()
    listener = listen()
    listener.subscribe(job)
    service.http.post(f"/api/v1/jobs/{job.job_id}/cancel")
    assert listener.until("canceled")[-1][1] == {"job_id": job.job_id, "version": 2}


def test_every_replica_tells_its_own_sockets(service: Service, start: Start, listen: Listen) -> None:
    other = start()
    job = service.made_job()
    here, there = listen(), listen(other)
    here.subscribe(job)
    there.subscribe(job)
    service.finished(job)
    assert here.until("completed")[-1] == there.until("completed")[-1]


def test_a_change_nobody_published_still_arrives(service: Service, listen: Listen, redis: Redis) -> None:
    """The record moves on while its messages go nowhere: somebody else's channel stands in for a lost one."""
    job = service.made_job()
    listener = listen()
    listener.subscribe(job)
    ended = service.finished(service.made_job())
    moved = ended.model_copy(update={"job_id": job.job_id, "version": 9})
    redis.hset(keys.job(job.job_id), mapping={"doc": moved.model_dump_json(), "version": 9, "status": "completed"})
    assert listener.until("completed")[-1][1]["version"] == 9


def test_the_end_arrives_though_the_subscription_was_cut(service: Service, listen: Listen, redis: Redis) -> None:
    job = service.made_job()
    listener = listen()
    listener.subscribe(job)
    held = service.claimed(job)
    listener.until("progress")
    redis.client_kill_filter(_type="pubsub")
    service.store.finish(held, JobFailed(at=NOON, code=FailureCode.internal, detail="It broke."))
    assert listener.until("error")[-1][1]["version"] == 3


def test_the_relay_keeps_listening_after_every_cut(service: Service, listen: Listen, redis: Redis) -> None:
    listener = listen()
    for _ in range(3):
        redis.client_kill_filter(_type="pubsub")
        job = service.made_job()
        listener.subscribe(job)
        service.http.post(f"/api/v1/jobs/{job.job_id}/cancel")
        assert listener.until("canceled")[-1][1]["job_id"] == job.job_id


def test_a_deleted_job_is_told_as_gone(service: Service, listen: Listen) -> None:
    job = service.made_job()
    listener = listen()
    listener.subscribe(job)
    service.http.delete(f"/api/v1/jobs/{job.job_id}")
    name, payload = listener.until("error", "canceled")[-1]
    assert name == "canceled" or payload["code"] == "job_not_found"


def test_moving_up_in_the_queue_is_told(service: Service, listen: Listen) -> None:
    first, second = service.made_job(), service.made_job()
    listener = listen()
    assert listener.subscribe(second)["queue_position"] == 2
    service.claimed(first)
    while listener.until("progress")[-1][1]["queue_position"] != 1:
        pass


@pytest.mark.parametrize("wish", [{"job_id": "0" * 32}, {"job_id": "nonsense"}, {"job_id": 7}, {}, "x", None, [1]])
def test_what_cannot_be_watched(listen: Listen, wish: object) -> None:
    answer = listen().ask("subscribe", wish)
    assert answer["error"]["code"] in ("job_not_found", "bad_request")


def test_another_tenants_job_cannot_be_watched(service: Service, listen: Listen) -> None:
    job = service.store.accept(a_job(tenant="somebody-else"))
    listener = listen()
    assert listener.subscribe(job)["error"]["code"] == "job_not_found"
    service.http.post(f"/api/v1/jobs/{job.job_id}/cancel")
    service.store.cancel(job.job_id)
    mine = service.made_job()
    listener.subscribe(mine)
    service.http.post(f"/api/v1/jobs/{mine.job_id}/cancel")
    assert {payload["job_id"] for _, payload in listener.until("canceled")} == {mine.job_id}


def test_who_left_hears_nothing_more(service: Service, listen: Listen) -> None:
    left, stays = service.made_job(), service.made_job()
    listener = listen()
    listener.subscribe(left)
    listener.subscribe(stays)
    assert listener.ask("unsubscribe", {"job_id": left.job_id}) == {"job_id": left.job_id}
    service.http.post(f"/api/v1/jobs/{left.job_id}/cancel")
    service.http.post(f"/api/v1/jobs/{stays.job_id}/cancel")
    assert {payload["job_id"] for name, payload in listener.until("canceled") if name == "canceled"} == {stays.job_id}


def test_one_socket_watches_so_many_jobs(start: Start, listen: Listen) -> None:
    service = start(live={"rooms_per_socket": 2})
    jobs = [service.made_job() for _ in range(3)]
    listener = listen(service)
    assert "job_id" in listener.subscribe(jobs[0])
    assert "job_id" in listener.subscribe(jobs[1])
    assert "job_id" in listener.subscribe(jobs[1])
    assert "unsubscribe" in listener.subscribe(jobs[2])["error"]["detail"]


def test_one_address_opens_so_many_sockets(start: Start, listen: Listen) -> None:
    service = start(live={"sockets_per_address": 1})
    first = listen(service)
    with pytest.raises(socketio.exceptions.ConnectionError):
        listen(service)
    first.close()
    deadline = time.monotonic() + SECONDS
    while "stemify_sockets 0.0" not in service.http.get("/metrics").text:
        assert time.monotonic() < deadline
    listen(service)


def test_websocket_alone_when_so_set(start: Start, listen: Listen) -> None:
    service = start(live={"transports": ["websocket"]})
    with pytest.raises(socketio.exceptions.ConnectionError):
        listen(service, transports=["polling"])
    assert listen(service, transports=["websocket"]).subscribe(service.made_job())["status"] == "queued"


def test_pages_of_other_origins_cannot_listen(listen: Listen) -> None:
    for transport in ("polling", "websocket"):
        with pytest.raises(socketio.exceptions.ConnectionError):
            listen(transports=[transport], headers={"Origin": "https://evil.example.org"})


def test_a_client_cannot_play_the_librarys_own_events(start: Start) -> None:
    """Else one could leave the count of its address while it stays, and come in again and again."""
    service = start(live={"sockets_per_address": 1})
    job = service.made_job()
    one = Listener(service.url)
    for event in ("disconnect", "connect", "_leave", "anything"):
        one._client.emit(event, {}, namespace="/progress")
    assert one.subscribe(job)["status"] == "queued"
    with pytest.raises(socketio.exceptions.ConnectionError):
        Listener(service.url)
    one.close()
