"""A request's fields, from a form or JSON, turned into options: each mistake named with a JSON pointer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from backend.error_handlers import pointer
from contract.errors import CallerError, FieldProblem
from contract.options import JobRequest

NOT_OFFERED = ("webhook_url", "webhook_events")
"""Fields of the contract that this service does not offer yet: refused, never silently ignored."""
_OTHER_SOURCES = ("url", "upload_id")
"""Where a recording comes from that is not in the request; whoever serves one takes its field out first."""
MAX_METADATA_BYTES = 8_192
MAX_METADATA_DEPTH = 32
"""Far below what the stored record's own format can hold."""


@dataclass(frozen=True)
class Wishes:
    """What a request asks for: options, and the caller's own notes kept with the job."""

    options: JobRequest
    metadata: dict[str, Any]


def from_form(fields: Mapping[str, list[str]]) -> dict[str, Any]:
    """A form's fields as JSON would spell them: empty ones are absent, `stems` may repeat or hold commas.

    Raises FieldProblem when a field is sent twice or `metadata` is not a JSON object.
    """
    found: dict[str, Any] = {}
    for name, texts in fields.items():
        told = [text.strip() for text in texts if text.strip()]
        if name == "stems":
            told = [part.strip() for text in told for part in text.split(",") if part.strip()]
            found |= {name: told} if told else {}
        elif len(told) > 1:
            raise FieldProblem([(f"/{name}", "sent more than once")])
        elif told:
            found[name] = parse_json(told[0], name) if name == "metadata" else told[0]
    return found


def parse_json(text: str | bytes, name: str = "") -> Any:
    """The value of a JSON text. Raises CallerError (FieldProblem for a named field) when it is none.

    Half a surrogate pair, which JSON can spell, is no text that could be stored or answered.
    """
    try:
        value = json.loads(text)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        if name:
            raise FieldProblem([(f"/{name}", "not valid JSON")]) from error
        raise CallerError("The body is not valid JSON.") from error
    return value


def wishes(fields: Mapping[str, Any]) -> Wishes:
    """Options and metadata of a request. Raises FieldProblem naming every mistake."""
    rest = dict(fields)
    metadata = rest.pop("metadata", None) or {}
    problems = _not_offered(rest) + _metadata_problems(metadata)
    try:
        options = JobRequest.model_validate(
            {name: rest[name] for name in rest if name not in (*NOT_OFFERED, *_OTHER_SOURCES)}
        )
    except ValidationError as error:
        raise FieldProblem(problems + _problems(error)) from error
    if problems:
        raise FieldProblem(problems)
    return Wishes(options, metadata)


def _not_offered(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    problems = [(f"/{name}", f"{name} is not offered yet") for name in NOT_OFFERED if fields.get(name) is not None]
    problems += [(f"/{name}", f"send a file or {name}, not both") for name in _OTHER_SOURCES if name in fields]
    return problems


def _metadata_problems(metadata: Any) -> list[tuple[str, str]]:
    if not isinstance(metadata, dict):
        return [("/metadata", "must be a JSON object")]
    if _is_deeper(metadata, MAX_METADATA_DEPTH):
        return [("/metadata", f"nested deeper than {MAX_METADATA_DEPTH} levels")]
    if len(json.dumps(metadata)) > MAX_METADATA_BYTES:
        return [("/metadata", f"longer than {MAX_METADATA_BYTES} bytes")]
    return []


def _is_deeper(value: Any, levels: int) -> bool:
    """Level by level, since a nest deep enough would break whatever calls itself."""
    level = [value]
    for _ in range(levels):
        inner = [each.values() if isinstance(each, dict) else each for each in level if isinstance(each, dict | list)]
        level = [child for children in inner for child in children]
    return any(isinstance(each, dict | list) for each in level)


def _problems(error: ValidationError) -> list[tuple[str, str]]:
    """Each mistake once: a union reports one for each of its members under the same field."""
    found: dict[str, str] = {}
    for mistake in error.errors(include_url=False, include_input=False, include_context=False):
        unknown = mistake["type"] == "extra_forbidden"
        sentence = "no such option" if unknown else mistake["msg"].removeprefix("Value error, ")
        place = pointer(mistake["loc"][:1] if mistake["loc"] else ())
        found[place] = f"{found[place]}, or {sentence}" if place in found else sentence
    return list(found.items())
