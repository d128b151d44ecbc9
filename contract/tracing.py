"""Traces: one from the request to the stem, its W3C headers carried in the job and the message. Knows no job."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

from contract.settings import TelemetrySettings

_PATH = "/v1/traces"
_HEADERS = TraceContextTextMapPropagator()


class Tracing:
    """Opens spans, and sends them where they should go. One for each process."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("stemify")

    @contextmanager
    def span(
        self,
        name: str,
        *,
        headers: Mapping[str, str] | None = None,
        attributes: Mapping[str, AttributeValue] | None = None,
    ) -> Iterator[Span]:
        """A span around the with-block: below the one `headers` tell of, else below the current one."""
        context = _HEADERS.extract(dict(headers)) if headers else None
        with self._tracer.start_as_current_span(name, context=context, attributes=attributes) as span:
            yield span

    def flush(self, seconds: float = 2.0) -> bool:
        """Send what waits to be sent; False when it took longer, and goes on. Workers flush after each job."""
        return _within(seconds, self._provider.force_flush)

    def shutdown(self, seconds: float = 2.0) -> bool:
        """Send what waits and stop; False when it took longer."""
        return _within(seconds, self._provider.shutdown)


def _within(seconds: float, act: Callable[[], object]) -> bool:
    """Whether `act` ended in time. A collector that is away must hold nobody: the library waits ten seconds for it."""
    acting = threading.Thread(target=act, name="traces", daemon=True)
    acting.start()
    acting.join(seconds)
    return not acting.is_alive()


def configure_tracing(telemetry: TelemetrySettings, *, service: str) -> Tracing:
    """Tracing for this process. Without `otlp_endpoint` spans go nowhere, but ids are made and carried all the same."""
    provider = TracerProvider(resource=Resource.create({"service.name": service}), shutdown_on_exit=False)
    if telemetry.otlp_endpoint is not None:
        endpoint = telemetry.otlp_endpoint.rstrip("/").removesuffix(_PATH) + _PATH
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    return Tracing(provider)


def trace_headers() -> dict[str, str]:
    """The current span's W3C headers (`traceparent`), for a job or a message; empty outside a span."""
    headers: dict[str, str] = {}
    _HEADERS.inject(headers)
    return headers


def current_trace() -> dict[str, str]:
    """The current trace's and span's ids for log lines; empty outside a span."""
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return {}
    return {"trace_id": trace.format_trace_id(context.trace_id), "span_id": trace.format_span_id(context.span_id)}
