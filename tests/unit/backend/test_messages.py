"""What is said when more has gathered than can be told one by one."""

from datetime import UTC, datetime

from backend.live.messages import Gone, newest
from backend.view.snapshots import Snapshot
from contract.events import JobClaimed, StemFinished
from contract.records.announcements import announce
from tests.builders import NOON, a_job, a_stem, progressed


def running(job):
    return job.apply(JobClaimed(at=NOON, worker="w"))


def told(job, event):
    return announce(job, event)


def test_progress_that_newer_news_tells_too_is_left_out():
    one, other = running(a_job()), running(a_job())
    batch = [
        told(one, progressed(10)),
        told(other, progressed(5)),
        told(one, progressed(20)),
        told(one, progressed(30)),
    ]
    assert newest(batch) == [batch[1], batch[3]]


def test_stems_and_endings_are_always_told_and_the_order_stays():
    job = running(a_job())
    stem = told(job, StemFinished(at=NOON, stem=a_stem()))
    end = Snapshot(job, datetime.now(UTC))
    assert newest([told(job, progressed(10)), stem, told(job, progressed(50)), end]) == [stem, end]
    assert newest([told(job, progressed(10)), Gone(job.job_id, 9)]) == [Gone(job.job_id, 9)]


def test_a_single_one_is_told():
    only = told(running(a_job()), progressed(10))
    assert newest([only]) == [only]
