"""The body of POST /stemify as OpenAPI tells it: every option of a job, beside the file. Derived, never typed twice."""

import copy
from typing import Any

from contract.options import JobRequest

_FILE = {"type": "string", "format": "binary", "description": "The recording: wav, mp3, flac, m4a, ogg, aiff or webm."}
_METADATA = {"type": "object", "description": "Your own notes, kept with the job (at most 8 KiB of JSON)."}
_LINK = {"type": "string", "format": "uri", "description": "Link to a recording, http or https."}


_UPLOAD = {"type": "string", "pattern": "^[0-9a-f]{32}$", "description": "A recording uploaded before."}


def _options() -> dict[str, Any]:
    properties: dict[str, Any] = copy.deepcopy(JobRequest.model_json_schema()["properties"])
    return properties


def _form() -> dict[str, Any]:
    stems = {"type": "string", "description": "Stems wanted, with commas between; all of the model's when absent."}
    properties = {"file": _FILE, "upload_id": _UPLOAD, "url": _LINK} | _options() | {"stems": stems}
    one_of = [{"required": [name]} for name in ("file", "upload_id", "url")]
    return {"type": "object", "oneOf": one_of, "properties": properties | {"metadata": _METADATA}}


def _json() -> dict[str, Any]:
    properties = {"url": _LINK, "upload_id": _UPLOAD} | _options() | {"metadata": _METADATA}
    return {"type": "object", "oneOf": [{"required": ["url"]}, {"required": ["upload_id"]}], "properties": properties}


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
            "examples": {
                "upload": {"value": {"upload_id": "0b7e4a0c6f0d4e4f9a52c1f3f9a1d7c2", "format": "flac"}},
                "link": {"value": {"url": "https://example.org/song.mp3", "format": "flac"}},
            },
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
