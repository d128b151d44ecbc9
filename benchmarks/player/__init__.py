"""The web player in Chromium, over a real API: how soon it sounds, and what an hour of it holds in memory."""
