"""The Celery app and its one task's name: a doorbell that carries a job's id. Knows no worker code."""

from collections.abc import Mapping

from celery import Celery
from celery.exceptions import CeleryError
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from contract.broker import broker_url, celery_settings
from contract.errors import StoreUnavailable
from contract.settings import QueueSettings, RedisSettings

TASK = "stemify.separate"


def make_celery(settings: RedisSettings, queue: QueueSettings) -> Celery:
    """A Celery app that can send jobs to workers; a worker adds the task itself. Connects when first used."""
    app = Celery("stemify", broker=broker_url(settings), set_as_current=False)
    app.conf.update(celery_settings(queue))
    return app


class TaskQueue:
    """Rings for a worker. Ringing twice does no harm: the second claim of a job is a quiet no."""

    def __init__(self, app: Celery, name: str) -> None:
        self._app = app
        self._name = name

    def enqueue(self, job_id: str, trace_headers: Mapping[str, str] | None = None) -> None:
        """Send the job's id (and trace headers) to a worker. Raises StoreUnavailable; the sweep sends it later then."""
        try:
            self._app.send_task(TASK, args=[job_id], queue=self._name, headers=dict(trace_headers or {}))
        except (KombuError, CeleryError, RedisError, OSError) as error:
            raise StoreUnavailable("The queue cannot be reached.") from error
