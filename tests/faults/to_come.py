"""Trials of the plan that cannot run yet, so that nobody takes their silence for a pass."""

from tests.suites.trial import Outcome, Trial


def _none(_: int) -> Outcome:
    return Outcome(failed=["not written"])


def _waiting(name: str, title: str, full: int, waits_for: str) -> Trial:
    return Trial(name=name, title=title, full=full, reduced=0, run=_none, waits_for=waits_for)


WEBHOOKS = _waiting("F26", "receivers of webhooks that misbehave", 30, "webhooks")
