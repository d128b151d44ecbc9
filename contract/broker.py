"""How Celery is set up for the Redis-compatible server: address in Kombu's spelling, and settings. Makes no app."""

from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from kombu.entity import Queue

from contract.settings import QueueSettings, RedisSettings

VISIBILITY_SECONDS = 6 * 3600
"""Above the longest time limit of a task; the sweep recovers lost jobs long before."""


def broker_url(settings: RedisSettings) -> str:
    """The server's address as Kombu spells it; it may hold a password, so it is never logged.

    Sockets become redis+socket://; TLS checks the server's certificate unless the address says otherwise
    (Kombu's own default would not).
    """
    parts = urlsplit(settings.url.get_secret_value())
    query = dict(parse_qsl(parts.query))
    if parts.scheme == "unix":
        return _socket_url(parts.netloc, parts.path, query)
    if parts.scheme == "rediss":
        query.setdefault("ssl_cert_reqs", "required")
    path = f"/{query['db']}" if "db" in query else parts.path
    spoken = {name: value for name, value in query.items() if name.startswith("ssl_")}
    login, _, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=_login(login, query) + host, query=urlencode(spoken), path=path).geturl()


def _socket_url(netloc: str, path: str, query: dict[str, str]) -> str:
    login = _login(netloc.rpartition("@")[0], query)
    return f"redis+socket://{login}{quote(unquote(path))}?virtual_host={quote(query.get('db', '0'))}"


def _login(told: str, query: dict[str, str]) -> str:
    """`USER:PASSWORD@`, empty where there is none. As redis-py reads it: the query tells what is not before the @."""
    user, _, password = told.partition(":")
    user = user or quote(query.get("username", ""), safe="")
    password = password or quote(query.get("password", ""), safe="")
    return f"{user}:{password}@" if password else (f"{user}@" if user else "")


def celery_settings(queue: QueueSettings) -> dict[str, Any]:
    """Every setting of Celery's that is not its default, by reason."""
    return _delivery(queue) | _fetching() | _stopping() | _broker()


def _delivery(queue: QueueSettings) -> dict[str, Any]:
    return {
        "task_acks_late": True,
        "task_acks_on_failure": True,
        "task_acks_on_timeout": True,
        "task_reject_on_worker_lost": False,  # would loop for ever on a job that kills its process
        "task_retry_on_worker_lost": True,
        "task_ignore_result": True,
        "result_backend": None,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_default_queue": queue.name,
        "task_queues": [Queue(queue.name)],  # type: ignore[no-untyped-call]
        "task_create_missing_queues": False,
        "worker_send_task_events": False,
        "worker_hijack_root_logger": False,
    }


def _fetching() -> dict[str, Any]:
    return {
        "worker_prefetch_multiplier": 1,
        "worker_disable_prefetch": True,
        "worker_pool": "prefork",
        "worker_concurrency": 1,
        "worker_pool_start_method": "spawn",  # a forked child cannot use CUDA
        "worker_proc_alive_timeout": 300,  # 4 s would kill children that are still importing torch
    }


def _stopping() -> dict[str, Any]:
    return {
        "worker_soft_shutdown_timeout": 20,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
    }


def _broker() -> dict[str, Any]:
    return {
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,  # 100 would end a worker after a long outage
        "broker_pool_limit": 10,
        "broker_connection_timeout": 4,
        "task_publish_retry_policy": {"max_retries": 3, "interval_start": 0, "interval_step": 0.2, "interval_max": 1},
        "broker_transport_options": {
            "visibility_timeout": VISIBILITY_SECONDS,
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
            "queue_order_strategy": "sorted",
            "priority_steps": [0],
            "health_check_interval": 10,
            "socket_keepalive": True,
            "socket_connect_timeout": 5,
            "socket_timeout": 10,
        },
    }
