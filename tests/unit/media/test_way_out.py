"""A confined process with one door: what it can still do, tried from inside it."""

import json
import socket
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

_INSIDE = """
import json, os, socket, subprocess, sys
from media.limits import Limits
from media.zygote import confinement
from media.zygote.confinement import confine
from media.zygote.way_out import WayOut

folder, deno, outside, network = sys.argv[1:]
if network == "shared":  # as where no namespace is allowed: flags that no system knows
    confinement._NEW_USER = confinement._NEW_NET = 1
doors = []

def door():
    doors.append(socket.create_server(("127.0.0.1", 0)))
    return doors[0].getsockname()[1]

libraries = ("/lib", "/lib64", "/usr/lib", "/etc/ld.so.cache")
limits = Limits(wall_seconds=60, cpu_seconds=60, memory_bytes=2**30, file_bytes=10**8, descriptors=256)
missing = confine(limits, parent=os.getppid(), folder=folder, way_out=WayOut(door, (deno, *libraries)))

def run(script):
    command = [deno, "run", "--ext=js", "--no-remote", "--no-npm", "--no-config", "--no-lock", "-"]
    env = {"HOME": folder, "DENO_DIR": folder, "NO_COLOR": "1"}
    return subprocess.run(command, input=script, capture_output=True, text=True, env=env)

def tried(act):
    try:
        return str(act())
    except Exception as error:
        return type(error).__name__

told = {
    "missing": list(missing),
    "door": tried(lambda: socket.create_connection(doors[0].getsockname()) and "open"),
    "other port": tried(lambda: socket.create_connection(("127.0.0.1", int(outside)), 2)),
    "other host": tried(lambda: socket.create_connection(("10.0.0.1", 80), 2)),
    "datagrams": tried(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)),
    "unix": tried(lambda: socket.socket(socket.AF_UNIX)),
    "listening": tried(lambda: socket.create_server(("127.0.0.1", 0))),
    "files": tried(lambda: open("/etc/passwd")),
    "programs": tried(lambda: subprocess.run(["/bin/sh", "-c", "true"])),
    "signals": tried(lambda: os.kill(os.getppid(), 0)),
    "leaving": tried(os.setsid),
    "deno": tried(lambda: run("console.log(6 * 7)").stdout.strip()),
    "deno's memory": tried(lambda: run("const a = []; for (;;) a.push(new Uint8Array(2**24).fill(1))").returncode != 0),
    "deno's files": tried(lambda: run("console.log(Deno.readTextFileSync('/etc/passwd'))").returncode != 0),
}
print(json.dumps(told))
"""


@pytest.fixture(params=["own", "shared"])
def inside(tmp_path, request):
    with socket.create_server(("127.0.0.1", 0)) as outside:
        deno = Path(sysconfig.get_path("scripts")) / "deno"
        places = [str(tmp_path), str(deno), str(outside.getsockname()[1]), request.param]
        ran = subprocess.run([sys.executable, "-c", _INSIDE, *places], capture_output=True, check=False, timeout=100)
        assert ran.returncode == 0, ran.stderr.decode()
        return json.loads(ran.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's")
def test_one_door_and_nothing_else(inside):
    assert inside.pop("missing") == []
    assert inside.pop("door") == "open"
    assert inside.pop("deno") == "42"
    assert inside.pop("deno's memory") == inside.pop("deno's files") == "True"
    refused = {"PermissionError", "ConnectionRefusedError", "OSError"}
    assert {what for what, came in inside.items() if came not in refused} == set()
