"""The families of errors."""

import inspect

import pytest

from contract import errors
from contract.errors import CallerError, FailureCode, FieldProblem, OperatorError, QueueFull, StemifyError

CLASSES = [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, StemifyError)]


@pytest.mark.parametrize("kind", CLASSES)
def test_every_error_has_a_code_and_a_sentence(kind):
    assert kind.code.isidentifier()
    assert kind.__doc__.strip().endswith(".")


def test_codes_are_not_shared_but_within_a_family():
    leaves = [kind for kind in CLASSES if kind not in (StemifyError, CallerError, OperatorError)]
    codes = [kind.code for kind in leaves]
    assert len(codes) == len(set(codes))


def test_the_sentence_is_the_docstring_unless_there_is_more_to_say():
    assert str(QueueFull()) == "The queue is full; please try again later."
    assert str(QueueFull("Full.")) == "Full."


def test_an_operators_error_says_when_to_come_back():
    assert QueueFull().retry_after == 60
    assert QueueFull(retry_after_seconds=7).retry_after == 7


def test_a_field_problem_names_each_field():
    problem = FieldProblem([("/stems", "is empty"), ("/model/x", "is odd")])
    assert problem.detail == "stems: is empty; model/x: is odd"


def test_retryable_failures_are_failure_codes():
    assert set(FailureCode) >= errors.RETRYABLE_FAILURES
    assert FailureCode.undecodable_audio not in errors.RETRYABLE_FAILURES
