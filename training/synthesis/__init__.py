"""Instruments, scores and reverberation from which songs are made. numpy only; it knows nothing of networks."""
