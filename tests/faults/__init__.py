"""Faults: processes the suite started are killed, stopped, cut off and filled up (F1 to F27)."""
