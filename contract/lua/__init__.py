"""The scripts the Redis-compatible server runs, each one atomic change or question. No Python but this line."""
