"""One attempt's life on a real store, with work that fails in every way there is."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from contract import keys
from contract.errors import FailureCode, StorageUnavailable, StoreUnavailable
from contract.events import JobCompleted
from contract.jobs import Job, JobStatus
from contract.storage import BlobStore
from contract.tracing import Tracing, trace_headers
from media.errors import UnsupportedMedia
from tests.builders import completed
from worker.endings import tell
from worker.engine import OutOfMemory
from worker.metrics import Metrics
from worker.runner import ProcessSpent, Runner
from worker.settings import TimeLimitSettings
from worker.stops import Departure
from worker.time_limits import TimeLimits
from worker.watching import Watching


@dataclass
class Work:
    """Stands for the pipeline: does what a test says."""

    storage: BlobStore
    act: Callable[[Job, Watching], JobCompleted]

    def run(self, job: Job, watching: Watching) -> JobCompleted:
        with self.storage.writer(f"results/{job.job_id}/{job.fence}/half") as writer:
            writer.write(b"half a stem")
        return self.act(job, watching)


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracing(spans) -> Tracing:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    return Tracing(provider)


@pytest.fixture
def abandoned() -> threading.Event:
    return threading.Event()


@pytest.fixture
def make_runner(store, bell, speeds, storage, abandoned, request):
    queue_settings, tracing = request.getfixturevalue("queue_settings"), request.getfixturevalue("tracing")

    def make(act: Callable[[Job, Watching], JobCompleted], **limits: float) -> Runner:
        return Runner(
            worker_id="tester",
            store=store,
            queue=bell,
            speeds=speeds,
            pipeline=Work(storage, act),
            tracing=tracing,
            metrics=Metrics(),
            departure=Departure(0.0),
            leases=queue_settings,
            limits=TimeLimits(TimeLimitSettings(**limits), 60.0),
            busy=lambda _: None,
            abandon=abandoned.set,
        )

    return make


@pytest.fixture
def job(submit) -> Job:
    return submit(b"a song", ring=False, model="tiny")


def finishing(job: Job, watching: Watching) -> JobCompleted:
    watching.reached("separating", 0.5)
    return completed(job, timings={"separating": 2.0, "realtime_factor": 5.0}, source=job.source)


def failing(error: BaseException) -> Callable[..., JobCompleted]:
    def act(*_: object, **__: object) -> JobCompleted:
        raise error

    return act


def waiting(_: Job, watching: Watching) -> JobCompleted:
    while True:
        watching.check()


def test_work_done_is_committed(make_runner, job, store, storage):
    make_runner(finishing).run(job.job_id)
    job = store.get(job.job_id)
    assert (job.status, job.progress, job.worker) == (JobStatus.completed, 100, "tester")
    assert storage.facts(f"results/{job.job_id}/1/half"), "what was committed stays"


def test_a_second_message_does_nothing(make_runner, job, store):
    runner = make_runner(finishing)
    runner.run(job.job_id)
    once = store.get(job.job_id)
    runner.run(job.job_id)
    assert store.get(job.job_id) == once


def test_a_claim_whose_answer_was_lost_is_found_again(make_runner, job, store, monkeypatch):
    claim_next = store.claim_next

    def unheard(*asked: str, **named: str) -> None:
        claim_next(*asked, **named)
        raise StoreUnavailable

    monkeypatch.setattr(store, "claim_next", unheard)
    make_runner(finishing).run(job.job_id)
    job = store.get(job.job_id)
    assert (job.status, job.attempt) == (JobStatus.completed, 1)


def test_a_claim_that_was_not_made_leaves_the_job_to_others(make_runner, job, store, monkeypatch):
    assert store.claim_next("another", rung_for=job.job_id)
    monkeypatch.setattr(store, "claim_next", failing(StoreUnavailable()))
    make_runner(finishing).run(job.job_id)
    assert store.get(job.job_id).worker == "another"


def test_an_error_of_the_callers_fails_at_once(make_runner, job, store, storage):
    make_runner(failing(UnsupportedMedia("plain text"))).run(job.job_id)
    job = store.get(job.job_id)
    assert (job.status, job.attempt) == (JobStatus.failed, 1)
    assert (job.error.code, job.error.retryable) == (FailureCode.undecodable_audio, False)
    assert not list(storage.list("results")), "what nobody refers to is gone"


def test_what_may_pass_is_tried_until_the_attempts_are_used_up(make_runner, job, store, storage):
    runner = make_runner(failing(StorageUnavailable()))
    for attempt in (1, 2):
        runner.run(job.job_id)
        again = store.get(job.job_id)
        assert (again.status, again.attempt) == (JobStatus.queued, attempt)
    runner.run(job.job_id)
    job = store.get(job.job_id)
    assert (job.status, job.attempt) == (JobStatus.failed, 3)
    assert (job.error.code, job.error.retryable) == (FailureCode.storage_unavailable, True)
    assert not list(storage.list("results"))


def test_out_of_memory_gives_the_job_back_and_ends_the_process(make_runner, job, store):
    with pytest.raises(ProcessSpent):
        make_runner(failing(OutOfMemory())).run(job.job_id)
    job = store.get(job.job_id)
    assert job.status is JobStatus.queued
    assert job.attempts[0].reason.startswith("out_of_memory: ")


def test_what_nobody_foresaw_says_nothing_of_the_inside(make_runner, job, store):
    runner = make_runner(failing(ZeroDivisionError("/srv/secret")))
    for _ in range(3):
        runner.run(job.job_id)
    job = store.get(job.job_id)
    assert job.error.code is FailureCode.internal
    assert "secret" not in job.model_dump_json()


def test_a_cancel_is_felt(make_runner, job, store):
    def canceling(job: Job, watching: Watching) -> JobCompleted:
        store.cancel(job.job_id)
        return waiting(job, watching)

    make_runner(canceling).run(job.job_id)
    assert store.get(job.job_id).status is JobStatus.canceled


@pytest.mark.parametrize(
    ("stopped", "then", "counted"),
    [
        ("cancel", StorageUnavailable(), {"canceled": 1.0}),
        ("delete", StorageUnavailable(), {"gone": 1.0}),
        ("get", StorageUnavailable(), {"requeued": 1.0}),
    ],
)
def test_attempts_are_counted_by_what_became_of_the_job(make_runner, job, store, stopped, then, counted):
    def act(job: Job, _: Watching) -> JobCompleted:
        getattr(store, stopped)(job.job_id)
        raise then

    runner = make_runner(act)
    runner.run(job.job_id)
    (family,) = (each for each in runner.metrics.registry.collect() if each.name == "stemify_worker_attempts_ended")
    assert {each.labels["ending"]: each.value for each in family.samples if each.name.endswith("_total")} == counted


def test_work_that_takes_too_long_is_stopped(make_runner, job, store):
    make_runner(waiting, least_seconds=0.01, unmeasured=0.001).run(job.job_id)
    job = store.get(job.job_id)
    assert job.status is JobStatus.queued
    assert job.attempts[0].reason.startswith("timed_out: ")


def test_work_that_hangs_is_ended_with_its_process(make_runner, job, store, abandoned):
    def hanging(job: Job, _: Watching) -> JobCompleted:
        assert abandoned.wait(20), "nobody ended it"
        return completed(job)

    runner = make_runner(hanging, least_seconds=0.01, unmeasured=0.001, hard_after_seconds=0.01)
    runner.run(job.job_id)
    job = store.get(job.job_id)
    assert job.status is JobStatus.queued, "its late result does not count"
    assert job.attempts[0].reason.startswith("timed_out: ")


@pytest.mark.parametrize("stopped", ["cancel", "delete"])
def test_work_that_hangs_and_is_not_wanted_any_more_is_ended_with_its_process(
    make_runner, job, store, storage, abandoned, stopped
):
    def hanging(job: Job, _: Watching) -> JobCompleted:
        getattr(store, stopped)(job.job_id)
        assert abandoned.wait(20), "nobody ended it"
        return completed(job)

    make_runner(hanging, hard_after_seconds=0.01).run(job.job_id)
    if stopped == "cancel":
        assert store.get(job.job_id).status is JobStatus.canceled
    assert not list(storage.list("results")), "what nobody refers to is gone"


def test_no_other_job_begins_in_a_process_that_is_being_ended(make_runner, job, abandoned, monkeypatch):
    telling, heard = threading.Event(), threading.Event()

    def slowly(*told: object) -> Job | None:
        telling.set()
        assert heard.wait(20)
        return tell(*told)

    def hanging(job: Job, _: Watching) -> JobCompleted:
        assert telling.wait(20), "nobody ended it"
        threading.Timer(1.0, heard.set).start()
        return completed(job)  # it comes back while its end is being told

    monkeypatch.setattr("worker.runner.tell", slowly)
    make_runner(hanging, least_seconds=0.01, unmeasured=0.001, hard_after_seconds=0.01).run(job.job_id)
    assert abandoned.is_set()


def test_a_word_to_leave_that_comes_with_the_claim_hands_the_job_back(make_runner, job, store, monkeypatch):
    claim_next = store.claim_next

    def told(*asked: str, **named: str) -> Job | None:
        claimed = claim_next(*asked, **named)
        os.kill(os.getpid(), signal.SIGTERM)
        return claimed

    monkeypatch.setattr(store, "claim_next", told)
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # as Celery has it in a child
    try:
        make_runner(waiting).run(job.job_id)
    finally:
        signal.signal(signal.SIGTERM, before)
    job = store.get(job.job_id)
    assert (job.status, job.attempt) == (JobStatus.queued, 0)


def test_a_process_that_hangs_ends_even_when_nobody_hears_of_it(make_runner, job, store, abandoned, monkeypatch):
    def unheard(*_: object) -> None:
        raise StoreUnavailable

    def hanging(job: Job, _: Watching) -> JobCompleted:
        assert abandoned.wait(20), "nobody ended it"
        return completed(job)

    monkeypatch.setattr("worker.runner.tell", unheard)
    make_runner(hanging, least_seconds=0.01, unmeasured=0.001, hard_after_seconds=0.01).run(job.job_id)
    assert store.get(job.job_id).status is JobStatus.processing, "its lease lapses later"


def test_a_commit_at_the_last_moment_keeps_its_files(make_runner, job, store, storage, abandoned):
    committed = threading.Event()

    class AfterTheCommit:
        """Time runs out between the commit and the end of the attempt, and the attempt lasts some beats more."""

        def of(self, _: str) -> None:
            return None

        def learn(self, *_: object, **__: float) -> None:
            committed.set()
            abandoned.wait(1)

    class Late(TimeLimits):
        def deadline(self, *_: object, **__: object) -> SimpleNamespace:
            return OutOfTime()

    class OutOfTime(SimpleNamespace):
        passed = property(lambda _: committed.is_set())

    limits = Late(TimeLimitSettings(hard_after_seconds=0.01), 60.0)
    runner = replace(make_runner(finishing), speeds=AfterTheCommit(), limits=limits)
    runner.run(job.job_id)
    assert store.get(job.job_id).status is JobStatus.completed
    assert storage.facts(f"results/{job.job_id}/1/half"), "what was committed stays"
    assert not abandoned.is_set()


def test_a_job_taken_by_another_is_left_alone(make_runner, job, store, storage, redis):
    def losing(job: Job, watching: Watching) -> JobCompleted:
        redis.zadd(keys.LEASES, {job.job_id: 1})
        assert store.claim(job.job_id, worker="another")
        return waiting(job, watching)

    make_runner(losing).run(job.job_id)
    job = store.get(job.job_id)
    assert (job.status, job.worker, job.fence) == (JobStatus.processing, "another", 2)
    assert not list(storage.list("results"))


def test_celery_ending_the_child_hands_the_job_back(make_runner, job, store):
    with pytest.raises(SystemExit):
        make_runner(failing(SystemExit())).run(job.job_id)
    job = store.get(job.job_id)
    assert (job.status, job.attempt) == (JobStatus.queued, 0)


def test_one_trace_leads_from_the_request_to_the_work(make_runner, submit, spans, tracing):
    with tracing.span("request"):
        headers = trace_headers()
    job = submit(b"a song", ring=False, model="tiny", trace=headers)
    make_runner(finishing).run(job.job_id)
    request, work = spans.get_finished_spans()
    assert (request.name, work.name) == ("request", "job")
    assert work.context.trace_id == request.context.trace_id
    assert work.parent.span_id == request.context.span_id
    assert work.attributes["job_id"] == job.job_id
