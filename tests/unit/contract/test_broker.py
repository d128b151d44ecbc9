"""The server's address as Kombu spells it, and Celery's settings."""

import ssl

import pytest
from kombu import Connection

from contract.broker import broker_url, celery_settings
from contract.settings import QueueSettings, RedisSettings
from contract.task_queue import make_celery


def spelled(url: str) -> str:
    return broker_url(RedisSettings.model_validate({"url": url}))


@pytest.mark.parametrize(
    ("ours", "kombus"),
    [
        ("redis://h:1/3", "redis://h:1/3"),
        ("redis://h?db=4", "redis://h/4"),
        ("redis://:p%40@h/0?protocol=3", "redis://:p%40@h/0"),
        ("rediss://h/1", "rediss://h/1?ssl_cert_reqs=required"),
        ("rediss://h/1?ssl_cert_reqs=none", "rediss://h/1?ssl_cert_reqs=none"),
        ("unix:///a/b.sock", "redis+socket:///a/b.sock?virtual_host=0"),
        ("unix:///a/b.sock?db=2", "redis+socket:///a/b.sock?virtual_host=2"),
        ("unix://u:p@/b.sock", "redis+socket://u:p@/b.sock?virtual_host=0"),
        ("unix:///b.sock?password=p/w", "redis+socket://:p%2Fw@/b.sock?virtual_host=0"),
        ("unix:///b.sock?username=u&password=p", "redis+socket://u:p@/b.sock?virtual_host=0"),
        ("redis://h:1/3?password=p@w", "redis://:p%40w@h:1/3"),
        ("rediss://h?username=u&password=p&ssl_cert_reqs=none", "rediss://u:p@h?ssl_cert_reqs=none"),
        ("redis://v:q@h/0?username=u&password=p", "redis://v:q@h/0"),
    ],
)
def test_an_address_is_translated(ours, kombus):
    assert spelled(ours) == kombus


@pytest.mark.parametrize(
    ("url", "parameters"),
    [
        ("unix://u:p%40@/a%20b.sock?db=2", {"path": "/a b.sock", "db": 2, "username": "u", "password": "p@"}),
        ("redis://u:p%40@h:7/3", {"host": "h", "port": 7, "db": 3, "username": "u", "password": "p@"}),
    ],
)
def test_kombu_understands_it_as_it_was_meant(url, parameters):
    channel_class = Connection(spelled(url)).transport.Channel
    parsed = channel_class._connparams(_Client(Connection(spelled(url))))
    assert {name: parsed[name] for name in parameters} == parameters


class _Client:
    """As much of a Kombu channel as its reading of the address needs; nothing is connected."""

    def __init__(self, connection):
        channel = connection.transport.Channel
        self.connection = type("Held", (), {"client": connection, "default_port": 6379})
        self._defaults = channel

    def __getattr__(self, name):
        value = getattr(self._defaults, name)
        return value.__get__(self) if hasattr(value, "__get__") and callable(value) else value


def test_tls_checks_the_servers_certificate():
    assert Connection(spelled("rediss://h/0")).ssl == {"ssl_cert_reqs": ssl.CERT_REQUIRED}


def test_an_app_hides_the_password_and_knows_the_settings():
    app = make_celery(RedisSettings.model_validate({"url": "redis://:letmein@h/0"}), QueueSettings(name="q.1"))
    assert "letmein" not in app.connection_for_write().as_uri()
    assert app.conf.task_default_queue == "q.1"
    assert [queue.name for queue in app.conf.task_queues] == ["q.1"]
    for name, value in celery_settings(QueueSettings(name="q.1")).items():
        assert app.conf[name] == value
    app.close()


def test_nothing_that_could_run_code_is_accepted():
    assert celery_settings(QueueSettings())["accept_content"] == ["json"]
