"""The OpenAPI document: the framework's, with every error a problem document, as it really is."""

from typing import Any

from fastapi import FastAPI

from backend.problems import MEDIA_TYPE
from backend.routes.answers import CODES, examples

_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_METHODS = ("get", "post", "put", "patch", "delete", "head")
_UNUSED = ("HTTPValidationError", "ValidationError")


def install_schema(app: FastAPI) -> None:
    """Make /openapi.json tell what this app answers."""
    original = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _with_problems(original())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the framework's own way to change the document


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    for operations in document["paths"].values():
        for method in _METHODS:
            for status, response in operations.get(method, {}).get("responses", {}).items():
                if status.isdigit() and int(status) >= 400:
                    _correct(int(status), response)
    for name in _UNUSED:
        document["components"]["schemas"].pop(name, None)
    return document


def _correct(status: int, response: dict[str, Any]) -> None:
    """Replaces the framework's guess; a response with a schema of its own (health) stays."""
    told = response.get("content", {}).get("application/json", {}).get("schema", _PROBLEM)
    if told != _PROBLEM and not told.get("$ref", "").endswith(_UNUSED):
        return
    response["content"] = {MEDIA_TYPE: {"schema": _PROBLEM, "examples": examples(status)}}
    if status in CODES:
        response["description"] = ", ".join(CODES[status])
