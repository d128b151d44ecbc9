"""Finds a Lua script of ours by name. Knows the files, not what they do."""

from importlib.resources import files

import redis
from redis.commands.core import Script


def load_script(client: redis.Redis, name: str) -> Script:
    """The script `contract/lua/NAME.lua`, sent to the server when first called."""
    return client.register_script((files("contract.lua") / f"{name}.lua").read_text(encoding="utf-8"))
