"""Load: many jobs, sockets, uploads and downloads at once (L1 to L9)."""
