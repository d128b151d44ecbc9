"""Mixdowns: a finished job's stems added up again with gains and pans of a person's choosing."""
