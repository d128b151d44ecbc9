"""What a wish means for a job as it stands. (That each is stored rightly is for the integration tests.)"""

from datetime import timedelta

import pytest

from contract.errors import LeaseLost
from contract.events import JobAccepted, JobCanceled, JobClaimed, JobReleased, JobRequeued
from contract.records import transitions
from tests.builders import NOON, a_job, completed, progressed

QUEUED = a_job().apply(JobAccepted(at=NOON))
RUNNING = QUEUED.apply(JobClaimed(at=NOON, worker="w"))
STOPPING = RUNNING.model_copy(update={"cancel_requested": True})
LAST = RUNNING.model_copy(update={"attempt": 3})
ENDED = RUNNING.apply(JobCanceled(at=NOON))


def kind(event) -> str | None:
    return None if event is None else event.type


@pytest.mark.parametrize(
    ("job", "expected"),
    [(QUEUED, "claimed"), (RUNNING, "claimed"), (STOPPING, "canceled"), (LAST, "failed"), (ENDED, None)],
)
def test_a_worker_asks_for_the_job(job, expected):
    assert kind(transitions.claimed(job, "w", at=NOON, max_attempts=3)) == expected


@pytest.mark.parametrize(
    ("job", "expected"), [(QUEUED, "canceled"), (RUNNING, "cancel_requested"), (STOPPING, None), (ENDED, None)]
)
def test_somebody_wants_it_stopped(job, expected):
    assert kind(transitions.canceled(job, at=NOON)) == expected


@pytest.mark.parametrize(
    ("job", "expected"),
    [(QUEUED, None), (RUNNING, "requeued"), (STOPPING, "canceled"), (LAST, "failed"), (ENDED, None)],
)
def test_its_attempt_is_lost(job, expected):
    assert kind(transitions.lost(job, "why", at=NOON, max_attempts=3)) == expected


@pytest.mark.parametrize(
    ("job", "event", "expected"),
    [
        (RUNNING, JobReleased(at=NOON), "released"),
        (LAST, JobReleased(at=NOON), "released"),
        (STOPPING, JobReleased(at=NOON), "canceled"),
        (RUNNING, JobRequeued(at=NOON, reason="x"), "requeued"),
        (LAST, JobRequeued(at=NOON, reason="x"), "failed"),
    ],
)
def test_its_worker_hands_it_back(job, event, expected):
    assert kind(transitions.given_back(job, event, at=NOON, max_attempts=3)) == expected


def test_an_ending_says_how_long_files_are_kept_unless_it_says_so_itself():
    assert transitions.with_expiry(completed(RUNNING), files_seconds=60).expires_at == NOON + timedelta(seconds=60)
    own = completed(RUNNING, expires_at=NOON)
    assert transitions.with_expiry(own, files_seconds=60) == own
    assert transitions.with_expiry(progressed(1), files_seconds=60) == progressed(1)


@pytest.mark.parametrize("job", [QUEUED, ENDED, RUNNING.model_copy(update={"fence": 2})])
def test_only_the_attempt_of_this_fence_holds_the_job(job):
    transitions.check_held(RUNNING, RUNNING)
    with pytest.raises(LeaseLost):
        transitions.check_held(job, RUNNING)
