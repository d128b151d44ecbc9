"""The doorbell, on a real server: what arrives in the queue's list."""

import base64
import json

import pytest

from contract.errors import StoreUnavailable
from contract.settings import QueueSettings, RedisSettings
from contract.task_queue import TASK, TaskQueue, make_celery


def test_a_message_carries_the_jobs_id_and_trace_headers(redis, redis_settings):
    queue = QueueSettings()
    app = make_celery(redis_settings, queue)
    TaskQueue(app, queue.name).enqueue("f" * 32, {"traceparent": "00-1-2-01"})
    (text,) = redis.lrange(queue.name, 0, -1)
    message = json.loads(text)
    assert json.loads(base64.b64decode(message["body"]))[0] == ["f" * 32]
    assert message["headers"]["task"] == TASK
    assert message["headers"]["traceparent"] == "00-1-2-01"
    app.close()


def test_a_queue_out_of_reach_is_said_so(tmp_path):
    settings = RedisSettings.model_validate({"url": f"unix://{tmp_path}/nobody.sock"})
    app = make_celery(settings, QueueSettings())
    with pytest.raises(StoreUnavailable):
        TaskQueue(app, QueueSettings().name).enqueue("f" * 32, {})
    app.close()
