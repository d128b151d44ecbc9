"""Hostile input: files, links, requests and sockets that mean harm (B1 to B10)."""
