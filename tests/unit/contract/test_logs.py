"""Log lines as they come out."""

import io
import json
import logging

import pytest
import socketio
import structlog

from contract.logs import configure_logs
from contract.settings import TelemetrySettings
from contract.tracing import configure_tracing


@pytest.fixture
def stream():
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    yield io.StringIO()
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_our_lines_and_the_libraries_have_one_form_and_the_bound_fields(stream):
    configure_logs(TelemetrySettings(), service="api", stream=stream)
    with structlog.contextvars.bound_contextvars(job_id="j1", request_id="r1"):
        structlog.get_logger("stemify.x").info("job_accepted", bytes=3)
        logging.getLogger("some.library").warning("odd: %s", "thing")
    ours, theirs = lines(stream)
    assert (ours["event"], ours["bytes"], ours["logger"], ours["level"]) == ("job_accepted", 3, "stemify.x", "info")
    assert theirs["event"] == "odd: thing"
    for line in (ours, theirs):
        assert (line["service"], line["job_id"], line["request_id"]) == ("api", "j1", "r1")
        assert line["timestamp"].endswith("Z")


def test_secrets_do_not_pass_even_in_a_traceback(stream):
    configure_logs(TelemetrySettings(), service="api", stream=stream)
    try:
        raise ConnectionError("redis://:letmein@h/0")
    except ConnectionError:
        structlog.get_logger("x").exception("store_lost", password="letmein")  # noqa: S106
    assert "letmein" not in stream.getvalue()
    assert "ConnectionError" in lines(stream)[0]["exception"]


def test_levels_below_the_least_are_left_out(stream):
    configure_logs(TelemetrySettings(log_level="warning"), service="api", stream=stream)
    structlog.get_logger("x").info("quiet")
    logging.getLogger("y").info("quiet")
    assert stream.getvalue() == ""


def test_the_current_trace_is_on_the_line(stream):
    configure_logs(TelemetrySettings(), service="api", stream=stream)
    tracing = configure_tracing(TelemetrySettings(), service="api")
    with tracing.span("request") as span:
        structlog.get_logger("x").info("inside")
    structlog.get_logger("x").info("outside")
    inside, outside = lines(stream)
    assert int(inside["trace_id"], 16) == span.get_span_context().trace_id
    assert "trace_id" not in outside


def test_a_terminals_form_is_for_reading(stream):
    configure_logs(TelemetrySettings(log_format="console"), service="api", stream=stream)
    structlog.get_logger("x").info("job_accepted", bytes=3)
    assert "job_accepted" in stream.getvalue()
    assert not stream.getvalue().startswith("{")


def test_a_library_that_writes_its_own_lines_has_no_reason_to(stream, monkeypatch):
    names = ("engineio.server", "socketio.server")
    for name in names:
        monkeypatch.setattr(logging.getLogger(name), "handlers", [])
        monkeypatch.setattr(logging.getLogger(name), "level", logging.NOTSET)
    configure_logs(TelemetrySettings(), service="api", stream=stream)
    socketio.AsyncServer(async_mode="asgi")
    assert [logging.getLogger(name).handlers for name in names] == [[], []]
