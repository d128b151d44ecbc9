"""Audio files in and out: probe, decode, encode, peaks. Knows nothing of jobs or models, and never imports torch."""
