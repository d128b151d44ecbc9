"""Measures, side by side with the reference, what the engine takes. No test depends on a figure from here."""
