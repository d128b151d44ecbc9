"""The reduced run of the suite: each trial a few times."""

import pytest

from tests.load.trials import TRIALS
from tests.suites.suite import run_trial
from tests.suites.trial import Trial

_REDUCED = [trial for trial in TRIALS if trial.reduced]


@pytest.mark.parametrize("trial", _REDUCED, ids=lambda trial: trial.name)
def test_trial(trial: Trial):
    row = run_trial(trial, trial.reduced, judges_marks=False)
    assert row.state == "passed", "\n".join(row.failed)
