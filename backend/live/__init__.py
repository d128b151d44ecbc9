"""News of jobs as they happen: one Redis subscription a replica, fanned out to sockets, streams and waiters."""
