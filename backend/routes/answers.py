"""Pieces of the schema every route shares: the problem documents it may answer with."""

from typing import Any

from backend.problems import Problem, phrase_of

CODES: dict[int, tuple[str, ...]] = {
    400: ("bad_request", "unsupported_media", "audio_too_short", "url_not_allowed"),
    401: ("unauthenticated",),
    403: ("forbidden",),
    404: ("job_not_found", "stem_not_found", "mix_not_found", "upload_not_found"),
    408: ("upload_too_slow",),
    409: ("stem_not_ready", "idempotency_in_progress", "wrong_offset", "upload_incomplete", "upload_used"),
    410: ("job_expired", "upload_expired"),
    412: ("wrong_tus_version",),
    413: ("upload_too_large", "audio_too_long"),
    415: ("wrong_content_type",),
    416: ("bad_request",),
    422: ("invalid_options", "unknown_model", "idempotency_mismatch"),
    423: ("upload_locked",),
    429: ("rate_limited", "queue_full", "too_many_uploads"),
    460: ("wrong_checksum",),
    503: ("unavailable", "no_worker", "storage_unavailable", "record_unreadable"),
    507: ("insufficient_storage",),
}
"""The codes each status may come with."""

UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "It is what it was when this ETag was seen"}}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's `responses` for these statuses; backend/schema_document.py fills in media type and examples."""
    return {status: {"model": Problem} for status in statuses}


def examples(status: int) -> dict[str, Any]:
    """One problem document for each code of this status."""
    return {code: {"value": _example(status, code)} for code in CODES.get(status, ())}


def _example(status: int, code: str) -> dict[str, Any]:
    return {
        "type": f"urn:stemify:problem:{code}",
        "title": phrase_of(status)[0],
        "status": status,
        "detail": "A sentence that says what to do.",
        "instance": "/api/v1/stemify",
        "code": code,
        "request_id": "5f0c3f7bb5d14b0f9f3d2f6f9d1c7a11",
    }
