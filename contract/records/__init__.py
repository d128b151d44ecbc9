"""Jobs as Redis keeps them: read, changed, listed, told of, let go."""
