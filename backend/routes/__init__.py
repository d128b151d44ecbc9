"""The routes, one file a resource: what came in, one call, what goes out."""
