"""What watchers hear."""

import pytest

from contract.errors import FailureCode
from contract.events import JobAccepted, JobClaimed, JobFailed, StemFinished
from contract.records.announcements import announce, parse
from tests.builders import NOON, a_job, a_stem, progressed


def test_an_announcement_carries_the_whole_state_of_progress():
    event = progressed(40, eta_seconds=12.5, message="Separating")
    job = a_job().apply(JobAccepted(at=NOON)).apply(JobClaimed(at=NOON, worker="w")).apply(event)
    heard = announce(job, event)
    assert (heard.type, heard.version, heard.status, heard.stage) == ("progressed", 3, "processing", "separating")
    assert (heard.progress, heard.eta_seconds, heard.message) == (40, 12.5, "Separating")
    assert parse(heard.model_dump_json().encode()) == heard


def test_a_stem_travels_with_its_own_event_alone():
    event = StemFinished(at=NOON, stem=a_stem())
    job = a_job().apply(JobClaimed(at=NOON, worker="w")).apply(event)
    assert announce(job, event).stem == a_stem()
    assert announce(job, progressed(1)).stem is None


def test_a_failure_says_why():
    event = JobFailed(at=NOON, code=FailureCode.timed_out, detail="Too slow.")
    heard = announce(a_job().apply(event), event)
    assert (heard.error.code, heard.error.detail) == (FailureCode.timed_out, "Too slow.")


@pytest.mark.parametrize("text", [b"", b"{}", b"[1]", b"\xff", b'{"job_id": 1}'])
def test_what_is_no_announcement_is_a_value_error(text):
    with pytest.raises(ValueError, match=r"."):
        parse(text)
