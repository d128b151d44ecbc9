"""The line of waiting jobs: its order, and when each is reached."""
