"""A job and its events: which may happen when, and what each changes."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import FailureCode, InvalidTransition
from contract.events import (
    CancelRequested,
    JobAccepted,
    JobCanceled,
    JobClaimed,
    JobFailed,
    JobReleased,
    JobRequeued,
    StemFinished,
)
from contract.jobs import ACTIVE, TERMINAL, Job, JobStatus
from contract.recordings import Warned
from tests.builders import NOON, a_job, a_source, a_stem, completed, progressed

ACCEPTED = JobAccepted(at=NOON)
CLAIMED = JobClaimed(at=NOON, worker="w1")
FAILED = JobFailed(at=NOON, code=FailureCode.internal, detail="It broke.")
CANCELED = JobCanceled(at=NOON)
EVENTS = {
    "accepted": ACCEPTED,
    "claimed": CLAIMED,
    "progressed": progressed(10),
    "stem_finished": StemFinished(at=NOON, stem=a_stem()),
    "cancel_requested": CancelRequested(at=NOON),
    "requeued": JobRequeued(at=NOON, reason="lost"),
    "released": JobReleased(at=NOON),
    "completed": completed(a_job()),
    "failed": FAILED,
    "canceled": CANCELED,
}
POSSIBLE = {
    "new": {"accepted", "claimed", "failed", "canceled"},
    "queued": {"claimed", "failed", "canceled"},
    "processing": EVENTS.keys() - {"accepted"},
    "completed": set(),
    "failed": set(),
    "canceled": set(),
}


def queued() -> Job:
    return a_job().apply(ACCEPTED)


def running() -> Job:
    return queued().apply(CLAIMED)


JOBS = {
    "new": a_job(),
    "queued": queued(),
    "processing": running(),
    "completed": running().apply(completed(running())),
    "failed": running().apply(FAILED),
    "canceled": running().apply(CANCELED),
}


@pytest.mark.parametrize("state", JOBS)
@pytest.mark.parametrize("name", EVENTS)
def test_only_possible_events_happen_and_each_is_one_version(state, name):
    job = JOBS[state]
    if name in POSSIBLE[state]:
        assert job.apply(EVENTS[name]).version == job.version + 1
    else:
        with pytest.raises(InvalidTransition):
            job.apply(EVENTS[name])


def test_applying_changes_nothing_but_the_new_job():
    before = running()
    copy = before.model_copy(deep=True)
    before.apply(progressed(50))
    assert before == copy


def test_every_status_is_active_or_terminal():
    assert set(JobStatus) == ACTIVE | TERMINAL
    assert not ACTIVE & TERMINAL
    assert all(JOBS[status].is_terminal for status in ("completed", "failed", "canceled"))


def test_a_claim_begins_a_fresh_attempt_under_the_next_fence():
    second = running().apply(progressed(60)).apply(StemFinished(at=NOON, stem=a_stem())).apply(EVENTS["requeued"])
    again = second.apply(JobClaimed(at=NOON + timedelta(seconds=9), worker="w2"))
    assert (again.fence, again.attempt, again.worker, again.progress, again.stems) == (2, 2, "w2", 0, ())
    assert again.started_at == NOON
    assert [(each.number, each.worker, each.reason) for each in again.attempts] == [(1, "w1", "lost")]


def test_a_failed_job_tells_of_every_attempt():
    first = running().apply(EVENTS["requeued"]).apply(JobClaimed(at=NOON + timedelta(seconds=9), worker="w2"))
    lost = JobFailed(at=NOON + timedelta(seconds=12), code=FailureCode.worker_lost, detail="lost twice", reason="died")
    told = [(each.number, each.worker, each.started_at, each.reason) for each in first.apply(lost).attempts]
    assert told == [(1, "w1", NOON, "lost"), (2, "w2", NOON + timedelta(seconds=9), "died")]


def test_a_released_attempt_does_not_count():
    assert running().apply(JobReleased(at=NOON)).attempt == 0


@given(st.lists(st.integers(0, 100), min_size=1))
def test_progress_never_falls_within_an_attempt(percents):
    job = running()
    for percent in percents:
        job = job.apply(progressed(percent))
    assert job.progress == max(percents)


def test_a_warning_is_kept_once():
    warned = Warned(code="demo_model", detail="x")
    job = running().apply(progressed(1, warnings=(warned,))).apply(progressed(2, warnings=(warned,)))
    assert job.warnings == (warned,)


def test_progress_may_say_more_of_the_source():
    known = a_source(duration_seconds=3.5)
    assert running().apply(progressed(1, source=known)).apply(progressed(2)).source == known


def test_a_stem_finished_again_replaces_the_first():
    job = running()
    for size in (1, 2):
        job = job.apply(StemFinished(at=NOON, stem=a_stem("bass", bytes=size)))
    assert [stem.bytes for stem in job.stems] == [2]


@pytest.mark.parametrize("ending", [FAILED, CANCELED])
def test_a_job_that_did_not_complete_shows_no_stems(ending):
    job = running().apply(StemFinished(at=NOON, stem=a_stem())).apply(ending)
    assert job.stems == ()
    assert job.completed_at == NOON


def test_a_failure_is_told():
    error = running().apply(FAILED).error
    assert (error.code, error.detail, error.retryable) == (FailureCode.internal, "It broke.", False)


def test_a_completed_job_carries_what_was_made():
    job = running()
    done = job.apply(completed(job, device="cuda:0", timings={"separating": 1.0}))
    assert [stem.name for stem in done.stems] == list(job.options.stems)
    assert (done.progress, done.device, done.timings) == (100, "cuda:0", {"separating": 1.0})


@pytest.mark.parametrize("state", JOBS)
def test_a_job_survives_being_text(state):
    assert Job.model_validate_json(JOBS[state].model_dump_json()) == JOBS[state]
