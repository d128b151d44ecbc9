"""A Stemify server as the command line uses it: its HTTP API, with each refusal as one sentence. No sockets here."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from cli.errors import CommandError, JobFailed, RefusedForNow, ServerUnreachable, WrongUse

JobView = dict[str, Any]
"""A job as the API shows it (contract: HTTP, the job)."""

_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_UPLOAD_TIMEOUT = httpx.Timeout(300.0, connect=10.0)
_WRONG_USE = frozenset({401, 403, 404, 405, 422})
_WRONG_USE_CODES = frozenset({"url_not_allowed"})
_UNREACHABLE = frozenset({502, 503, 504})
_FOR_NOW = frozenset({429, 500})


class CountedFile(FileIO):
    """A file that says how far it was read: `report` is called with the bytes read so far."""

    def __init__(self, path: Path, report: Callable[[int], None]) -> None:
        super().__init__(path)
        self._report = report

    def read(self, size: int | None = -1, /) -> bytes:
        """As FileIO does."""
        part = super().read(-1 if size is None else size) or b""
        self._report(self.tell())
        return part


class Server:
    """One server. Every method raises ServerUnreachable (nobody answers), WrongUse or JobFailed (it refuses)."""

    def __init__(self, url: str, *, key: str | None = None) -> None:
        self.url = url.rstrip("/")
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        if not _is_address(self.url):
            raise WrongUse(f"{url!r} is no address of a server; write it like http://localhost:8000.")
        self._http = httpx.Client(base_url=self.url, headers=headers, timeout=_TIMEOUT, follow_redirects=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def submit_file(self, path: Path, options: dict[str, Any], *, report: Callable[[int], None]) -> JobView:
        """Upload a recording and create its job. `report`: bytes sent so far."""
        with CountedFile(path, report) as file:
            fields = {name: _field(value) for name, value in options.items()}
            return self._json(
                "POST", "/api/v1/stemify", files={"file": (path.name, file)}, data=fields, timeout=_UPLOAD_TIMEOUT
            )

    def submit_link(self, link: str, options: dict[str, Any]) -> JobView:
        """Create a job from a link the server fetches itself."""
        return self._json("POST", "/api/v1/stemify", json={"url": link, **options})

    def job(self, job_id: str, *, wait_seconds: int = 0) -> JobView:
        """The job now; with `wait_seconds`, once it changed or that long has passed."""
        headers = {"Prefer": f"wait={wait_seconds}"} if wait_seconds else {}
        return self._json("GET", _job_path(job_id), headers=headers, timeout=30.0 + wait_seconds)

    def jobs(self, *, limit: int, status: str | None = None) -> list[JobView]:
        """The newest jobs first."""
        asked = {"limit": limit} | ({"status": status} if status else {})
        found: list[JobView] = self._json("GET", "/api/v1/jobs", params=asked)["data"]
        return found

    def cancel(self, job_id: str) -> JobView:
        """Stop a job; one that has ended comes back unchanged."""
        return self._json("POST", f"{_job_path(job_id)}/cancel")

    def delete(self, job_id: str) -> None:
        """Remove a job, its files and its record."""
        self._answer("DELETE", _job_path(job_id))

    def manifest(self, job_id: str) -> dict[str, Any]:
        """What was made and how."""
        return self._json("GET", f"{_job_path(job_id)}/manifest")

    @contextmanager
    def download(self, url: str) -> Iterator[Iterator[bytes]]:
        """The bytes at an address the job gave (absolute, or on this server)."""
        with _translated(self.url), self._http.stream("GET", url) as response:
            if response.is_error:
                response.read()
                raise _refusal(response)
            yield response.iter_bytes(1 << 16)

    def _json(self, method: str, path: str, **request: Any) -> Any:
        answer = self._answer(method, path, **request)
        try:
            return answer.json()
        except ValueError as wrong:
            raise ServerUnreachable(f"What answers at {self.url} is not a Stemify server.") from wrong

    def _answer(self, method: str, path: str, **request: Any) -> httpx.Response:
        with _translated(self.url):
            response = self._http.request(method, path, **request)
        if response.is_error:
            raise _refusal(response)
        return response


def _is_address(url: str) -> bool:
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    return parts.scheme in ("http", "https") and bool(parts.host)


@contextmanager
def _translated(url: str) -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException as slow:
        raise ServerUnreachable(f"The server at {url} did not answer in time; try again later.") from slow
    except httpx.TransportError as gone:
        raise ServerUnreachable(
            f"No server answers at {url}; start one with `stemify up`, or name another with --server."
        ) from gone
    except httpx.RequestError as odd:  # redirected round and round, or bytes that are not what their header says
        raise ServerUnreachable(
            f"What answers at {url} is not a Stemify server, or something between is set up wrongly ({odd})."
        ) from odd


def _refusal(response: httpx.Response) -> CommandError:
    """What a problem document (RFC 9457) says, as one sentence."""
    try:
        problem = response.json()
        said, code = str(problem.get("detail") or problem.get("title")), problem.get("code")
        fields = [(e["pointer"].lstrip("/"), e["detail"]) for e in problem.get("errors", []) if "pointer" in e]
    except (ValueError, AttributeError, KeyError, TypeError):
        said, code, fields = f"The server answered {response.status_code} {response.reason_phrase}.", None, []
    sentence = " ".join([said, *(f"({name}: {why})" for name, why in fields if why not in said)])
    if response.status_code in _UNREACHABLE:
        return ServerUnreachable(sentence)
    if response.status_code in _FOR_NOW:
        return RefusedForNow(sentence)
    is_wrong_use = response.status_code in _WRONG_USE or code in _WRONG_USE_CODES
    return WrongUse(sentence) if is_wrong_use else JobFailed(sentence)


def _job_path(job_id: str) -> str:
    return f"/api/v1/jobs/{quote(job_id, safe='')}"


def _field(value: Any) -> str:
    """An option as a form field: lists with commas, truth in lower case."""
    if isinstance(value, list | tuple):
        return ",".join(str(part) for part in value)
    return json.dumps(value) if isinstance(value, bool | dict) else str(value)
