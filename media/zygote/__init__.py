"""The process that forks a confined child for each call of media.jail. Runs as `python -m media.zygote`."""
