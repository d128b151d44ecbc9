"""The service itself: models, limits, health, figures, documents, errors of the framework, headers."""

import json
import re
from datetime import UTC, datetime

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from prometheus_client.parser import text_string_to_metric_families

from contract.line.speeds import SpeedBook
from contract.worker_registry import WorkerFacts, WorkerRegistry
from tests.integration.backend.conftest import Start
from tests.integration.backend.service import Service


def announce_worker(service: Service) -> None:
    facts = WorkerFacts(
        worker_id="w1", host="h", pid=1, device="cpu", models_resident=("demo",), started_at=datetime.now(UTC)
    )
    WorkerRegistry(service.store._records._redis).announce(facts)


@pytest.fixture
def worker(service: Service) -> None:
    announce_worker(service)


@pytest.mark.usefixtures("worker")
def test_models_with_what_is_known_of_them(service: Service) -> None:
    SpeedBook(service.store._records._redis).learn("demo", "cpu", audio_seconds=10, work_seconds=5)
    body = service.http.get("/api/v1/models").json()
    models = {model["name"]: model for model in body["data"]}
    assert len(models) >= 9
    assert body["default"] == "htdemucs"
    assert models["htdemucs"]["is_default"]
    assert models["demo"]["resident"]
    assert not models["htdemucs"]["resident"]
    assert models["demo"]["speeds"] == [{"device": "cpu", "work_seconds_per_audio_second": 0.5}]
    assert models["htdemucs_6s"]["stems"][-1] == "piano"


def test_limits(service: Service) -> None:
    body = service.http.get("/api/v1/limits").json()
    assert body["max_upload_bytes"] == 100_000_000
    assert body["jobs_per_hour"] is None


def test_the_public_profile_is_tighter(start: Start) -> None:
    body = start(
        profile="public", limits={"max_duration_seconds": 600.0, "jobs_per_hour": 5}, models={"fetch": False}
    ).http.get("/api/v1/limits")
    assert body.json()["jobs_per_hour"] == {"limit": 5, "left": 5, "reset_seconds": 0}


def test_ready_needs_a_worker_and_names_what_is_missing(service: Service) -> None:
    answer = service.http.get("/health/ready")
    assert answer.status_code == 503
    named = {part["name"]: part["ok"] for part in answer.json()["dependencies"]}
    assert named == {"redis": True, "storage": True, "worker": False, "links": True}


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("path", ["/health", "/health/ready", "/api/v1/health"])
def test_ready(service: Service, path: str) -> None:
    answer = service.http.get(path)
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_alive_without_redis(start: Start) -> None:
    service = start(redis={"url": "redis://127.0.0.1:1/0", "timeout_seconds": 0.5})
    assert service.http.get("/health/live").json()["status"] == "ok"
    broken = {part["name"]: part["ok"] for part in service.http.get("/health").json()["dependencies"]}
    assert broken == {"redis": False, "storage": True, "worker": False}
    assert service.http.get("/api/v1/jobs").json()["code"] == "unavailable"
    assert "stemify_up 0.0" in service.http.get("/metrics").text


def test_figures(start: Start) -> None:
    service = start()
    announce_worker(service)
    service.finished(service.made_job())
    service.made_job()
    SpeedBook(service.store._records._redis).learn("demo", "cpu", audio_seconds=10, work_seconds=5)
    told = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(service.http.get("/metrics").text)
        for sample in family.samples
    }
    assert told["stemify_up",] == 1
    assert told["stemify_queue_depth",] == 1
    assert told["stemify_jobs", ("status", "queued")] == 1
    assert told["stemify_jobs_ended_total", ("status", "completed")] == 1
    assert told["stemify_stage_seconds_total", ("stage", "separating")] == 2.0
    assert told["stemify_realtime_factor", ("device", "cpu"), ("model", "demo")] == 2.0
    assert told["stemify_workers", ("busy", "no"), ("device", "cpu")] == 1
    served = "stemify_http_request_seconds_count"
    assert told[served, ("method", "POST"), ("route", "/stemify"), ("status", "202")] == 2


def test_raw_paths_never_become_labels(service: Service) -> None:
    service.http.get("/api/v1/jobs/secret-thing-17")
    service.http.get("/nothing/secret-thing-17")
    assert "secret-thing-17" not in service.http.get("/metrics").text


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("PUT", "/api/v1/stemify", 405, "method_not_allowed"),
        ("GET", "/api/v1/jobs?limit=x", 422, "invalid_options"),
        ("GET", "/web/nothing.js", 404, "not_found"),
        ("POST", "/api/v1/batches", 404, "not_found"),
    ],
)
def test_the_frameworks_errors_are_problems(service: Service, method: str, path: str, status: int, code: str) -> None:
    answer = service.http.request(method, path, headers={"X-Request-ID": "request-0001"})
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"urn:stemify:problem:{code}"
    assert (problem["code"], problem["status"]) == (code, status)
    assert problem["instance"] == path.partition("?")[0]
    assert problem["request_id"] == answer.headers["X-Request-ID"] == "request-0001"


@pytest.mark.parametrize("wanted", ["short", "has spaces in it", "x" * 65, "semi;colon-here"])
def test_a_malformed_request_id_is_replaced(service: Service, wanted: str) -> None:
    given = service.http.get("/health/live", headers={"X-Request-ID": wanted}).headers["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{32}", given)


@pytest.mark.parametrize("path", ["/", "/docs", "/web/app.js", "/api/v1/limits", "/nothing", "/openapi.json"])
def test_security_headers(service: Service, path: str) -> None:
    headers = service.http.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "'unsafe-eval'" not in headers["Content-Security-Policy"]
    assert "script-src 'unsafe-inline'" not in headers["Content-Security-Policy"]


def test_the_pages_files_come_compressed_and_nothing_else_does(service: Service) -> None:
    plain = service.http.get("/web/app.js", headers={"Accept-Encoding": "identity"})
    packed = service.http.get("/web/app.js", headers={"Accept-Encoding": "gzip"})
    assert (packed.headers["Content-Encoding"], packed.text) == ("gzip", plain.text)
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 2
    for answer in (plain, packed):
        assert answer.headers["ETag"].startswith('W/"')
        assert answer.headers["Vary"] == "Accept-Encoding"
        asked = {"Accept-Encoding": "gzip", "If-None-Match": answer.headers["ETag"]}
        again = service.http.get("/web/app.js", headers=asked)
        assert (again.status_code, again.content, again.headers["Vary"]) == (304, b"", "Accept-Encoding")
        assert again.headers["ETag"] == answer.headers["ETag"]
    for path in ("/openapi.json", "/api/v1/models", "/web/icon-512.png"):
        assert "Content-Encoding" not in service.http.get(path, headers={"Accept-Encoding": "gzip"}).headers


def test_other_origins_are_let_in_only_by_name(start: Start) -> None:
    service = start(cors_origins=("https://app.example.org",))
    friend = service.http.get("/api/v1/limits", headers={"Origin": "https://app.example.org"})
    stranger = service.http.get("/api/v1/limits", headers={"Origin": "https://evil.example.org"})
    assert friend.headers["Access-Control-Allow-Origin"] == "https://app.example.org"
    assert "Access-Control-Allow-Origin" not in stranger.headers


@pytest.mark.parametrize("path", ["/", "/docs", "/health/live"])
def test_probes_may_ask_for_the_head_alone(service: Service, path: str) -> None:
    answer = service.http.head(path)
    assert (answer.status_code, answer.content) == (200, b"")


def test_the_page_asks_nobody_else(service: Service) -> None:
    page = service.http.get("/")
    assert page.headers["Content-Type"].startswith("text/html")
    assert not re.search(r"(src=|<link[^>]+href=).(https?:)?//", page.text)
    assert "<script>" not in page.text
    assert 'style="' not in page.text


def test_the_schema_is_valid_and_complete(service: Service) -> None:
    schema = service.http.get("/openapi.json").json()
    validate(schema)
    assert schema["openapi"].startswith("3.1")
    paths = schema["paths"]
    assert "/stemify" not in paths
    assert "/api/upload" in paths
    for path, operations in paths.items():
        for method, operation in operations.items():
            assert operation["summary"], (method, path)
            for status, response in operation["responses"].items():
                if status.startswith(("4", "5")) and not path.endswith("/health"):
                    assert "application/problem+json" in response["content"], (method, path, status)
    form = paths["/api/v1/stemify"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert {"file", "model", "stems", "two_stems", "metadata", "shifts"} <= set(form["properties"])


def test_answers_are_as_the_schema_says(service: Service) -> None:
    schema = service.http.get("/openapi.json").json()
    job = service.finished(service.made_job())
    for path, name in (
        (f"/api/v1/jobs/{job.job_id}", "JobBody"),
        ("/api/v1/models", "ModelListBody"),
        ("/nothing", "Problem"),
    ):
        validator = Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": schema["components"]})
        validator.validate(json.loads(service.http.get(path).text))


def test_another_sites_page_cannot_act_through_a_browser(start: Start) -> None:
    service = start(cors_origins=("https://app.example.org",))
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example.org"}
    refused = service.submit(headers=foreign)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert service.store.depth() == 0
    friend = {"Sec-Fetch-Site": "cross-site", "Origin": "https://app.example.org"}
    assert service.submit(headers=friend).status_code == 202
    assert service.http.get("/api/v1/limits", headers=foreign).status_code == 200
