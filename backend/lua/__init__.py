"""Lua scripts of the API tier."""
