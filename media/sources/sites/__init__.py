"""Recordings from YouTube and friends: yt-dlp in a child that can reach one proxy of ours, and nothing else."""
