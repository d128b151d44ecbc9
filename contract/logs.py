"""Log lines: a stable event name and facts as fields, as JSON or for a terminal. Secrets never pass. Knows no job."""

import logging
import sys
from typing import IO

import structlog
from structlog.typing import Processor

from contract.secrets_mask import masked
from contract.settings import TelemetrySettings
from contract.tracing import current_trace

_LOUD_LIBRARIES = ("amqp", "botocore", "httpcore", "httpx", "kombu", "urllib3", "werkzeug")
_SELF_WRITING = ("engineio.server", "socketio.server")
"""They write lines of their own in no form of ours, unless they are given a level before they begin."""


def configure_logs(telemetry: TelemetrySettings, *, service: str, stream: IO[str] | None = None) -> None:
    """Send every log line of this process, the libraries' too, to `stream` (standard error) in one form.

    Fields bound with structlog.contextvars (`job_id`, `request_id`) are on each line. Calling it again replaces it.
    """
    target = stream or sys.stderr
    shared = _shared(service)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_ending(telemetry, target))
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(telemetry.log_level.upper())
    for name in (*_LOUD_LIBRARIES, *_SELF_WRITING):
        logging.getLogger(name).setLevel(logging.WARNING)


def _shared(service: str) -> list[Processor]:
    def name_service(_: object, __: str, fields: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {"service": service, **current_trace(), **fields}

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        name_service,
    ]


def _ending(telemetry: TelemetrySettings, target: IO[str]) -> list[Processor]:
    # Tracebacks become text before the masking, so that an address in one is masked too.
    steps: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        masked,
    ]
    if telemetry.log_format == "json" or (telemetry.log_format == "auto" and not target.isatty()):
        return [*steps, structlog.processors.JSONRenderer(default=str, ensure_ascii=False)]
    return [*steps, structlog.dev.ConsoleRenderer(colors=target.isatty())]
