"""Every error of ours has its status and document, and the insides stay inside."""

from http import HTTPStatus

import pytest

from backend.intake.request_body import UploadTooSlow
from backend.problems import headers_of, problem_of, status_of
from backend.routes.answers import CODES
from contract import errors
from contract.errors import CallerError, FieldProblem, OperatorError, StemifyError


def all_errors(kind: type[StemifyError] = StemifyError) -> list[type[StemifyError]]:
    return [kind, *(found for child in kind.__subclasses__() for found in all_errors(child))]


PUBLIC = [kind for kind in all_errors() if issubclass(kind, CallerError | OperatorError) and kind is not FieldProblem]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.UnsupportedMedia, 400),
        (errors.AudioTooShort, 400),
        (errors.UrlNotAllowed, 400),
        (errors.Unauthenticated, 401),
        (errors.Forbidden, 403),
        (errors.JobNotFound, 404),
        (UploadTooSlow, 408),
        (errors.StemNotReady, 409),
        (errors.IdempotencyInProgress, 409),
        (errors.JobExpired, 410),
        (errors.UploadTooLarge, 413),
        (errors.AudioTooLong, 413),
        (errors.UnknownModel, 422),
        (errors.IdempotencyMismatch, 422),
        (errors.RateLimited, 429),
        (errors.QueueFull, 429),
        (errors.StoreUnavailable, 503),
        (errors.NoWorker, 503),
        (errors.StorageUnavailable, 503),
        (errors.InsufficientStorage, 507),
        (errors.LeaseLost, 500),
    ],
)
def test_statuses(kind: type[StemifyError], status: int) -> None:
    assert status_of(kind()) == status


@pytest.mark.parametrize(
    "kind", [kind for kind in PUBLIC if kind.__module__.startswith(("contract.", "backend.resumable"))]
)
def test_every_public_code_is_documented(kind: type[StemifyError]) -> None:
    status = status_of(kind())
    assert kind.code in CODES[status]


@pytest.mark.parametrize("kind", all_errors(OperatorError))
def test_who_should_come_back_is_told_when(kind: type[OperatorError]) -> None:
    if kind.__init__ is OperatorError.__init__:
        assert int(headers_of(kind())["Retry-After"]) >= 1


def test_a_document() -> None:
    error = FieldProblem([("/model", "there is none"), ("/a~1b", "no such option")])
    problem = problem_of(error, instance="/api/v1/stemify", request_id="r")
    assert problem.title == HTTPStatus(422).phrase
    assert [(found.pointer, found.detail) for found in problem.errors] == list(error.problems)


def test_what_is_nobodys_to_act_on_says_nothing_of_us() -> None:
    problem = problem_of(errors.InvalidTransition("secret insides"), instance="/", request_id="r")
    assert (problem.status, problem.code) == (500, "internal")
    assert "secret" not in problem.model_dump_json()
