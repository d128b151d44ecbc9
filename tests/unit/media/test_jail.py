"""The jail's children really are confined: every limit bites, every death is one clear error, nothing is left over."""

import os
import signal
import socket
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from media.errors import JailBroken, MediaTooLong, MediaTooShort, UnsupportedMedia
from media.jail import Jail, ZygoteLost
from media.limits import Limits
from media.walls import Wall
from tests.unit.media import inmates

linux = pytest.mark.skipif(sys.platform != "linux", reason="resource limits alone hold elsewhere; the jail says so")
MINUTE = Limits(wall_seconds=60.0)


@pytest.fixture(scope="module")
def jail() -> Iterator[Jail]:
    made = Jail(limits=MINUTE, preload=())
    made.start()
    yield made
    made.close()


def zygote_of(jail: Jail) -> psutil.Process:
    jail.start()
    process = jail._zygote._process
    assert process is not None
    return psutil.Process(process.pid)


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def test_plain_data_goes_in_and_comes_out(jail: Jail) -> None:
    assert jail.run(inmates.echo, 1, "two", [3.0, None], {"four": True}) == [1, "two", [3.0, None], {"four": True}]


def test_a_file_is_readable_though_its_folder_is_private(jail: Jail, tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir()
    secret = private / "recording"
    secret.write_text("sound", encoding="utf-8")
    secret.chmod(stat.S_IRUSR)
    private.chmod(stat.S_IRWXU)
    assert jail.run(inmates.read_text, file=secret) == "sound"


def test_a_file_that_is_not_there_is_said_as_ever(jail: Jail, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        jail.run(inmates.read_text, file=tmp_path / "nothing")


@linux
def test_a_child_holds_nothing_of_its_parents(jail: Jail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEMIFY_SECRET", "canary")
    facts = jail.run(inmates.process_facts)
    assert facts["environment"] == {}
    # In, out, errors, file, reply; and the listing's own.
    assert facts["descriptors"] == [0, 1, 2, 3, 4, 5]
    assert facts["status"]["NoNewPrivs"] == "1"
    assert int(facts["status"]["CapEff"], 16) == 0
    assert facts["status"]["Seccomp"] == "2"
    assert b"canary" not in Path(f"/proc/{zygote_of(jail).pid}/environ").read_bytes()


def test_a_childs_folder_is_its_own_and_goes_with_it(jail: Jail) -> None:
    first, second = jail.run(inmates.process_facts), jail.run(inmates.process_facts)
    assert first["folder"] != second["folder"]
    assert not Path(first["folder"]).exists()
    assert jail.run(inmates.write_little) == ["small"]


LIMITS = {
    "memory": (inmates.eat_memory, MINUTE, "memory"),
    "processor": (inmates.burn_processor, Limits(wall_seconds=60.0, cpu_seconds=1), "processor time"),
    "wall": (inmates.sleep_long, Limits(wall_seconds=0.3), "wall time"),
    "file": (inmates.write_much, MINUTE, "fault"),
    "descriptors": (inmates.open_much, MINUTE, "fault"),
    "crash": (inmates.crash, MINUTE, "SIGSEGV"),
    "silence": (inmates.leave, MINUTE, "reply"),
    "reply size": (inmates.answer_much, MINUTE, "reply size"),
    "forged reply": (inmates.answer_no_json, MINUTE, "reply"),
    "deep reply": (inmates.answer_deep_json, MINUTE, "reply"),
    "no plain reply": (inmates.answer_object, MINUTE, "no reply"),
    "mistake": (inmates.raise_fault, MINUTE, "fault"),
}


@pytest.mark.parametrize("case", LIMITS)
def test_each_limit_bites_and_harms_nobody_else(jail: Jail, case: str) -> None:
    function, limits, reason = LIMITS[case]
    with pytest.raises(JailBroken) as caught:
        jail.run(function, limits=limits)
    assert caught.value.reason == reason, caught.value.detail
    assert caught.value.found == "audio that could not be read within its limits"
    assert jail.run(inmates.echo, "alive") == ["alive"]


def test_what_the_function_raises_arrives(jail: Jail) -> None:
    with pytest.raises(MediaTooShort) as short:
        jail.run(inmates.raise_too_short)
    assert short.value.minimum_seconds == 0.5
    with pytest.raises(MediaTooLong) as long:
        jail.run(inmates.raise_too_long)
    assert long.value.limit_seconds == 3.0


def test_a_childs_words_are_cut_and_cleaned(jail: Jail) -> None:
    with pytest.raises(UnsupportedMedia) as caught:
        jail.run(inmates.raise_unsupported)
    assert caught.value.found.startswith("a p[31mainting")
    assert len(caught.value.found) <= 200


@linux
def test_a_child_reaches_no_network_no_program_and_no_process(jail: Jail) -> None:
    with socket.create_server(("127.0.0.1", 0)):
        assert jail.run(inmates.open_socket) == "PermissionError"
    assert jail.run(inmates.start_program) == "PermissionError"
    assert jail.run(inmates.signal_process, os.getpid()) == "PermissionError"


@linux
def test_a_child_opens_no_file_but_the_one_it_was_given(jail: Jail, tmp_path: Path) -> None:
    if Wall.files in jail.start():
        pytest.skip("this kernel has no Landlock, which the jail says at its start")
    canary = tmp_path / "canary"
    canary.write_text("secret", encoding="utf-8")
    places = [str(canary), "/etc/passwd", str(tmp_path / "new")]
    assert jail.run(inmates.open_others, places) == ["PermissionError"] * 3
    assert not (tmp_path / "new").exists()


def test_what_this_system_does_not_allow_is_said(jail: Jail) -> None:
    missing = jail.start()
    assert set(missing) <= set(Wall)
    assert all(missing.values())
    assert missing or sys.platform == "linux"


def test_a_childs_own_children_go_with_it(jail: Jail) -> None:
    left = jail.run(inmates.leave_a_sleeper_behind)
    until(lambda: not psutil.pid_exists(left) or psutil.Process(left).status() == psutil.STATUS_ZOMBIE)


def test_children_are_reaped(jail: Jail) -> None:
    jail.run(inmates.echo)
    until(lambda: not zygote_of(jail).children(recursive=True))


def test_calls_run_side_by_side(jail: Jail) -> None:
    with ThreadPoolExecutor(4) as pool:
        sleeper = pool.submit(_broken_by, jail, inmates.sleep_long, Limits(wall_seconds=3.0))
        answers = [pool.submit(jail.run, inmates.echo, number) for number in range(12)]
        assert [answer.result() for answer in answers] == [[number] for number in range(12)]
        assert sleeper.result() == "wall time"


def _broken_by(jail: Jail, function: Callable[..., object], limits: Limits) -> str:
    with pytest.raises(JailBroken) as caught:
        jail.run(function, limits=limits)
    return caught.value.reason


def test_a_dead_zygote_is_replaced() -> None:
    jail = Jail(limits=MINUTE, preload=())
    zygote = zygote_of(jail)
    zygote.kill()
    until(lambda: zygote.status() == psutil.STATUS_ZOMBIE)
    assert jail.run(inmates.echo, "again") == ["again"]
    assert zygote_of(jail).pid != zygote.pid
    jail.close()


@linux
def test_a_zygote_that_dies_takes_its_children_along_and_the_call_is_tried_again() -> None:
    jail = Jail(limits=MINUTE, preload=())
    zygote = zygote_of(jail)
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(_broken_by, jail, inmates.sleep_long, Limits(wall_seconds=4.0))
        until(lambda: bool(zygote.children()))
        child = zygote.children()[0]
        zygote.send_signal(signal.SIGKILL)
        assert call.result() == "wall time"
    until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
    jail.close()


def test_closing_leaves_no_process_and_is_for_good() -> None:
    jail = Jail(limits=MINUTE, preload=())
    zygote = zygote_of(jail)
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(jail.run, inmates.sleep_long)
        until(lambda: bool(zygote.children()))
        child = zygote.children()[0]
        jail.close()
        with pytest.raises(ZygoteLost):
            call.result()
    assert not zygote.is_running()
    assert not child.is_running()
    with pytest.raises(ZygoteLost):
        jail.run(inmates.echo)


def test_a_zygote_that_cannot_start_is_said() -> None:
    jail = Jail(preload=("media.no_such_module",))
    with pytest.raises(ZygoteLost):
        jail.run(inmates.echo)
    jail.close()


def test_the_processor_time_of_a_broken_call_is_known(jail: Jail) -> None:
    with pytest.raises(JailBroken) as slept:
        jail.run(inmates.sleep_long, limits=Limits(wall_seconds=1.0))
    with pytest.raises(JailBroken) as burned:
        jail.run(inmates.burn_processor, limits=Limits(wall_seconds=60.0, cpu_seconds=1))
    assert slept.value.cpu_seconds < 0.2 < burned.value.cpu_seconds


def test_what_a_killed_zygote_left_is_swept_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    killed, living = Jail(limits=MINUTE, preload=()), Jail(limits=MINUTE, preload=())
    zygote_of(killed).kill()
    (left,) = tmp_path.iterdir()
    living.start()
    (lived_in,) = set(tmp_path.iterdir()) - {left}
    for folder in (left, lived_in):
        os.utime(folder, (0, 0))
    stranger = tmp_path / "stemify-jail-young"
    stranger.mkdir()
    another = Jail(limits=MINUTE, preload=())
    another.start()
    assert not left.exists()
    assert lived_in.exists(), "its zygote lives"
    assert stranger.exists(), "it may be one that is just being made"
    for jail in (killed, living, another):
        jail.close()
    assert list(tmp_path.iterdir()) == [stranger]
