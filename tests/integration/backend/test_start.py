"""A replica that cannot start ends and says why, instead of hanging."""

import os
import socket
import subprocess
import sys
from pathlib import Path


def test_a_taken_port_ends_the_replica(redis_url: str, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        told = {
            "REDIS_URL": redis_url,
            "PORT": str(taken.getsockname()[1]),
            "STEMIFY_STORAGE__URL": f"file:{tmp_path}/blobs",
        }
        command = [sys.executable, "-m", "backend.main"]
        ran = subprocess.run(command, env=os.environ | told, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode != 0
    assert "address already in use" in ran.stderr + ran.stdout
