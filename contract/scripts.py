"""Finds a Lua script of ours by name. Knows the files, not what they do."""

from importlib.resources import files

import redis
from redis.commands.core import Script


def load_script(client: redis.Redis, *names: str) -> Script:
    """The scripts `contract/lua/NAME.lua`, read as one text in this order, sent to the server when first called."""
    lua = files("contract.lua")
    return client.register_script("\n".join((lua / f"{name}.lua").read_text(encoding="utf-8") for name in names))
