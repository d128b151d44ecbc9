"""What both tiers agree on: what a job is, where it lives and how it travels. Never torch, fastapi, socketio or av."""
