"""Traces across the queue, sent to a collector on loopback."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from contract.settings import TelemetrySettings
from contract.tracing import configure_tracing, current_trace, trace_headers


class Collector(BaseHTTPRequestHandler):
    """Keeps the spans it is sent."""

    spans: list = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                self.spans.extend((self.path, span) for span in scope.spans)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def collector():
    Collector.spans = []
    server = HTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_trace_of_the_request_goes_on_in_the_worker():
    api = configure_tracing(TelemetrySettings(), service="api")
    worker = configure_tracing(TelemetrySettings(), service="worker")
    with api.span("request") as request:
        headers = trace_headers()
    assert headers["traceparent"].split("-")[1] == f"{request.get_span_context().trace_id:032x}"
    with worker.span("job", headers=headers) as job:
        assert job.get_span_context().trace_id == request.get_span_context().trace_id
        assert current_trace()["trace_id"] == f"{request.get_span_context().trace_id:032x}"


def test_outside_a_span_there_is_nothing_to_carry():
    assert trace_headers() == {}
    assert current_trace() == {}


@pytest.mark.parametrize("headers", [{}, {"traceparent": "garbage"}, {"traceparent": "00-" + "0" * 32 + "-1-01"}])
def test_headers_that_say_nothing_begin_a_new_trace(headers):
    tracing = configure_tracing(TelemetrySettings(), service="worker")
    with tracing.span("job", headers=headers) as span:
        assert span.get_span_context().is_valid


@pytest.mark.parametrize("path", ["", "/", "/v1/traces"])
def test_spans_reach_the_collector(collector, path):
    tracing = configure_tracing(TelemetrySettings(otlp_endpoint=collector + path), service="api")
    with tracing.span("request", attributes={"job_id": "j"}):
        pass
    assert tracing.flush()
    tracing.shutdown()
    assert [(where, span.name) for where, span in Collector.spans] == [("/v1/traces", "request")]


def test_a_collector_that_says_nothing_holds_nobody():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        tracing = configure_tracing(TelemetrySettings(otlp_endpoint=endpoint), service="worker")
        with tracing.span("job"):
            pass
        assert not tracing.flush(0.05)
        with tracing.span("job"):
            pass
        assert not tracing.shutdown(0.05)
