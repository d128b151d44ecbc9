"""Recordings that arrive before their job, in one request or several (tus 1.0). Knows no option and no queue."""
