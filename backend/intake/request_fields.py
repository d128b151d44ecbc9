"""A request that brings no file: its fields, from JSON or a form. Knows no option's meaning."""

from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request

from backend.intake.fields import from_form, parse_json
from backend.intake.multipart import MAX_FIELDS
from backend.intake.request_body import small_body
from backend.intake.uploads import Upload
from backend.settings import IntakeSettings
from contract.errors import CallerError

FORM, JSON, URLENCODED = "multipart/form-data", "application/json", "application/x-www-form-urlencoded"


def content_type(request: Request) -> str:
    """The body's kind, without parameters, in small letters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def receive_fields(request: Request, intake: IntakeSettings) -> Upload:
    """The fields of a small body. Raises CallerError for one of another kind, or malformed."""
    kind = content_type(request)
    if kind == URLENCODED:
        return Upload(fields=_urlencoded(await small_body(request, intake)))
    if kind != JSON:
        raise CallerError("Send multipart/form-data with the recording in the field `file`.")
    fields = parse_json(await small_body(request, intake))
    if not isinstance(fields, dict):
        raise CallerError("The body must be a JSON object.")
    return Upload(json=fields)


def told_by(upload: Upload) -> dict[str, Any]:
    """All fields as JSON would spell them. Raises FieldProblem when a form's are malformed."""
    return from_form(upload.fields) | upload.json


def _urlencoded(form: bytes) -> dict[str, list[str]]:
    try:
        return parse_qs(form.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise CallerError("The form is malformed.") from error
