"""B4: names of files that mean harm. Stored for display alone, made safe; every header that carries one is valid."""

import base64
import io
import unicodedata
import zipfile
from collections.abc import Iterator
from email.message import Message
from urllib.parse import quote

import httpx

from contract.jobs import Job
from tests.integration.backend.service import Service, wav
from tests.replica_process import ReplicaProcess
from tests.suites.trial import Outcome, Trial

MOST_BYTES = 180
_UNWANTED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}

_PLAIN = [
    *("../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/shadow", "C:\\boot.ini", "\\\\host\\share\\x", "....//x"),
    *(
        "..",
        ".",
        "...",
        "~",
        "~root/.ssh/id",
        "-rf",
        "--help",
        "-",
        "|id",
        "; reboot",
        "$(id)",
        "`id`",
        "a&b",
        "*",
        "?",
    ),
    *("a\0b", "a\r\nSet-Cookie: x=1", "a\nb", "a\tb", "\x1b[31mred", "a\x7fb", "\r", "\0"),
    *("evil\u202e3pm.exe", "\u2066x\u2069", "a\u200bb", "\ufeffa", "a\u2028b", "\u200f", "e\u0301" * 40, "\u0e33" * 90),
    *("CON", "nul.wav", "LPT1.mp3", "aux", "COM1", "a.", "a ", " a", ".hidden", ".htaccess", "a:b", "a:$DATA"),
    *('a"b', "a'b", "a\\b", 'x"; filename="y', "x; filename*=UTF-8''y", "x%0d%0aY: z", "%00", "%2e%2e%2f", "%c0%ae"),
    *(
        "<script>alert(1)</script>",
        "{{7*7}}",
        "${jndi:ldap://x}",
        "' OR 1=1 --",
        "=cmd|x",
        "@SUM(1)",
        "\U0001f3b5",
        "日本語",
    ),
    *("a" * 4_000, "a" * 300 + ".wav", "ß" * 2_000, "\U0001f3b5" * 100, "." * 300, "/" * 200, "\u0430" * 91),
    "",
]


def _names() -> Iterator[str]:
    """Each name, then with an ending, percent-encoded, and below a folder: 200 and more."""
    yield from _PLAIN
    for name in _PLAIN:
        yield f"{name}.wav"
        yield f"folder/{name}"
        yield quote(name)[:3_000]


def _by_form(service: Service, name: str) -> httpx.Response:
    """Raw, as no well-behaved client would send it."""
    raw = name.encode("utf-8", "surrogatepass").replace(b'"', b"%22") if '"' not in name else name.encode()
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="' + raw + b'"\r\n\r\n' + wav(0.6)
    body += b'\r\n--b\r\nContent-Disposition: form-data; name="model"\r\n\r\ndemo\r\n--b--\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    return service.http.post("/api/v1/stemify", content=body, headers=kind)


def _by_upload(service: Service, name: str) -> httpx.Response:
    song = wav(0.6)
    told = f"filename {base64.b64encode(name.encode()).decode()}".strip()
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(song)), "Upload-Metadata": told}
    begun = service.http.post("/api/v1/uploads", headers=headers)
    if begun.status_code != 201:
        return begun
    service.http.put(begun.headers["Location"], content=song)
    looked = service.http.head(begun.headers["Location"])
    assert looked.status_code == 200, looked.status_code
    return service.http.post("/api/v1/stemify", json={"upload_id": begun.json()["upload_id"], "model": "demo"})


def _check(service: Service, answer: httpx.Response, name: str, outcome: Outcome) -> None:
    label = repr(name[:60])
    if not outcome.expect(answer.status_code in (202, 400, 422), f"{label}: {answer.status_code}") or answer.is_error:
        return
    body = answer.json()
    shown = body["source"]["filename"]
    outcome.expect(len(shown.encode()) <= MOST_BYTES, f"{label}: shown with {len(shown.encode())} bytes")
    bad = [c for c in shown if c in "/\\" or unicodedata.category(c) in _UNWANTED]
    outcome.expect(not bad, f"{label}: shown with {bad[:5]!r}")
    outcome.expect(service.blobs == [f"uploads/{body['job_id']}/source"], f"{label}: stored as {service.blobs}")
    _check_downloads(service, service.finished(service.store.get(body["job_id"])), label, outcome)
    service.http.delete(f"/api/v1/jobs/{body['job_id']}")


def _check_downloads(service: Service, job: Job, label: str, outcome: Outcome) -> None:
    path = f"/api/v1/jobs/{job.job_id}"
    for what in ("stems/vocals", "archive"):
        told = service.http.head(f"{path}/{what}").headers["Content-Disposition"]
        outcome.expect(told.isascii() and told.isprintable(), f"{label}: {what} is told as {told!r}")
        saved = _saved_as(told)
        safe = saved and not any(c in "/\\" or unicodedata.category(c) in _UNWANTED for c in saved)
        outcome.expect(bool(safe), f"{label}: {what} is saved as {saved!r}")
    with zipfile.ZipFile(io.BytesIO(service.http.get(f"{path}/archive").content)) as zipped:
        inside = zipped.namelist()
    outcome.expect(len(set(inside)) == len(job.stems) + 1, f"{label}: the zip holds {inside}")
    climbing = [each for each in inside if "/" in each or "\\" in each or each.startswith((".", "-"))]
    outcome.expect(not climbing, f"{label}: the zip holds {climbing}")


def _saved_as(disposition: str) -> str:
    message = Message()
    message["Content-Disposition"] = disposition
    return message.get_filename("")


def run(repetitions: int) -> Outcome:
    """Every other name by a form, every other by a resumable upload."""
    outcome, taken = Outcome(), 0
    with ReplicaProcess() as service:
        for place, name in zip(range(repetitions), _names(), strict=False):
            answer = (_by_form, _by_upload)[place % 2](service, name)
            _check(service, answer, name, outcome)
            taken += answer.status_code == 202
            outcome.done += 1
        there = {path.name for path in service.folder.iterdir()}
        ours = {"blobs", "redis.log", "redis.sock", "appendonlydir", "api.log"}
        outcome.expect(there <= ours, f"written beside: {there - ours}")
        outcome.expect(not service.unforeseen, f"unforeseen: {service.unforeseen[:1]}")
    outcome.expect(taken >= 0.9 * outcome.done, f"only {taken} were taken: their names were hardly tried")
    outcome.figures = {"taken": taken, "refused": outcome.done - taken}
    return outcome


TRIAL = Trial(name="B4", title="names of files that mean harm", full=200, reduced=16, run=run)
