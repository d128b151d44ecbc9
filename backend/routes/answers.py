"""Pieces of the schema every route shares: the problem documents it may answer with."""

from http import HTTPStatus
from typing import Any

from backend.problems import Problem

CODES: dict[int, tuple[str, ...]] = {
    400: ("bad_request", "unsupported_media", "audio_too_short", "url_not_allowed"),
    401: ("unauthenticated",),
    403: ("forbidden",),
    404: ("job_not_found", "stem_not_found", "mix_not_found"),
    408: ("upload_too_slow",),
    409: ("stem_not_ready", "idempotency_in_progress"),
    410: ("job_expired",),
    413: ("upload_too_large", "audio_too_long"),
    416: ("bad_request",),
    422: ("invalid_options", "unknown_model", "idempotency_mismatch"),
    429: ("rate_limited", "queue_full"),
    503: ("unavailable", "no_worker", "storage_unavailable", "record_unreadable"),
    507: ("insufficient_storage",),
}
"""The codes each status may come with."""


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's `responses` for these statuses; backend/schema_document.py fills in media type and examples."""
    return {status: {"model": Problem} for status in statuses}


def examples(status: int) -> dict[str, Any]:
    """One problem document for each code of this status."""
    return {code: {"value": _example(status, code)} for code in CODES.get(status, ())}


def _example(status: int, code: str) -> dict[str, Any]:
    return {
        "type": f"urn:stemify:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": "A sentence that says what to do.",
        "instance": "/api/v1/stemify",
        "code": code,
        "request_id": "5f0c3f7bb5d14b0f9f3d2f6f9d1c7a11",
    }
