"""The separation tier: does the jobs. It knows nothing of HTTP and never imports `backend`."""
