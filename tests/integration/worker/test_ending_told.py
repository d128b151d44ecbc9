"""Endings on their way to a store that is away for a while."""

import pytest

from contract.errors import StoreUnavailable
from contract.job_store import JobStore
from contract.jobs import JobStatus
from contract.settings import RetentionSettings
from tests.builders import completed
from worker.endings import tell


class AwayForTwo(JobStore):
    """Does not answer the first two endings it is told; `heard` says whether it takes them in all the same."""

    heard = False
    asked = 0

    def finish(self, job, event):
        self.asked += 1
        if self.asked > 2:
            return super().finish(job, event)
        if self.heard:
            super().finish(job, event)
            self.heard = False
        raise StoreUnavailable


@pytest.fixture
def away(redis, queue_settings) -> AwayForTwo:
    return AwayForTwo(redis, queue=queue_settings, retention=RetentionSettings())


@pytest.mark.parametrize("heard", [False, True], ids=["never arrived", "arrived, its answer lost"])
def test_a_result_is_told_until_it_is_heard(away, submit, heard):
    away.heard = heard
    job = away.claim(submit(b"a song", ring=False, model="tiny").job_id, worker="w")
    pauses: list[float] = []
    told = tell(away, job, completed(job), pause=pauses.append)
    assert told.status is JobStatus.completed
    assert len(pauses) == 2
    assert away.get(job.job_id) == told


def test_a_store_that_stays_away_is_told_of(away, submit):
    job = away.claim(submit(b"a song", ring=False, model="tiny").job_id, worker="w")
    away.asked = -1_000
    with pytest.raises(StoreUnavailable):
        tell(away, job, completed(job), pause=lambda _: None)
