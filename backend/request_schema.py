"""The body of POST /stemify as OpenAPI tells it: every option of a job, beside the file. Derived, never typed twice."""

import copy
from typing import Any

from contract.options import JobRequest

_FILE = {"type": "string", "format": "binary", "description": "The recording: wav, mp3, flac, m4a, ogg, aiff or webm."}
_METADATA = {"type": "object", "description": "Your own notes, kept with the job (at most 8 KiB of JSON)."}
_LINK = {"type": "string", "format": "uri", "description": "Address of a recording. Not offered yet: answered 400."}


def _options() -> dict[str, Any]:
    properties: dict[str, Any] = copy.deepcopy(JobRequest.model_json_schema()["properties"])
    return properties


def _form() -> dict[str, Any]:
    stems = {"type": "string", "description": "Stems wanted, with commas between; all of the model's when absent."}
    properties = {"file": _FILE} | _options() | {"stems": stems, "metadata": _METADATA}
    return {"type": "object", "required": ["file"], "properties": properties}


def _json() -> dict[str, Any]:
    return {"type": "object", "required": ["url"], "properties": {"url": _LINK} | _options() | {"metadata": _METADATA}}


REQUEST_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": _form(),
            "encoding": {"metadata": {"contentType": "application/json"}},
            "examples": {
                "vocals": {"summary": "A karaoke track", "value": {"file": "@Song.flac", "two_stems": "vocals"}}
            },
        },
        "application/json": {
            "schema": _json(),
            "examples": {"link": {"value": {"url": "https://example.org/song.mp3", "format": "flac"}}},
        },
    },
}
LEGACY_REQUEST_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["audio_file"],
                "properties": {
                    "audio_file": _FILE,
                    "model": {"type": "string", "default": "htdemucs_ft"},
                    "format": {"type": "string", "default": "mp3"},
                    "stems": {"type": "string", "default": "all"},
                },
            }
        }
    },
}
