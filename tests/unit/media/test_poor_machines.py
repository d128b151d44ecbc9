"""Where a machine allows less (no user namespaces, nothing to write to), the jail says so and reads all the same."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from media.walls import Wall

ROOT = Path(__file__).resolve().parents[3]
DEMO = next(ROOT.rglob("cli/**/*.flac"))

_READ = f"""
import json
from pathlib import Path
from media.jail import Jail
from media.jailed_audio import DECODING, JailedAudio
jail = Jail(preload=DECODING)
missing = jail.start()
audio = JailedAudio(Path({str(DEMO)!r}), jail)
facts = audio.facts()
frames = sum(block.shape[1] for block in audio.blocks(sample_rate=facts.sample_rate, channels=2))
print(json.dumps([list(missing.values()), [wall.name for wall in missing], frames > 0]))
jail.close()
"""

_NO_NAMESPACES = "echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --bounding-set -all --inh-caps -all"
_NOTHING_TO_WRITE = (
    "for place in /tmp /var/tmp /usr/tmp; do [ ! -d $place ] || "
    "{ mount --bind $place $place && mount -o remount,bind,ro $place; } || exit 9; done; "
    "cd / && mount -o remount,bind,ro / ; exec"
)


def walls_missing(preparation: str) -> set[str]:
    """What the jail misses on a machine prepared so, in namespaces of the test's own."""
    script = f'{preparation} {sys.executable} -c "$0"'
    ran = subprocess.run(
        ["unshare", "--user", "--mount", "--map-root-user", "sh", "-c", script, _READ],
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert ran.returncode == 0, ran.stderr
    _, names, read = json.loads(ran.stdout)
    assert read
    return set(names)


def _can_unshare() -> bool:
    if sys.platform != "linux":
        return False
    return not subprocess.run(
        ["unshare", "--user", "--map-root-user", "true"], capture_output=True, check=False
    ).returncode


namespaces = pytest.mark.skipif(
    not _can_unshare(), reason="this system gives an ordinary user no namespaces to test in"
)


@namespaces
def test_without_user_namespaces_the_network_wall_alone_is_missing() -> None:
    assert walls_missing(_NO_NAMESPACES) == {Wall.network.name}


@namespaces
def test_where_nothing_can_be_written_children_go_without_a_folder() -> None:
    assert Wall.folder.name in walls_missing(_NOTHING_TO_WRITE)
