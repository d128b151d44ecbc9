"""Encoding beside separation: the same file either way, in little memory, failing as it would by itself."""

import errno
import threading

import numpy as np
import pytest

from media.errors import EncodingFailed
from media.formats import FORMAT_NAMES, OutputFormat
from worker.engine import Canceled, Watch
from worker.engine.channel import Channel
from worker.engine.encoding import Encoding
from worker.engine.rendering import Rendering
from worker.engine.spool import Spool
from worker.engine.writing import Writing

FRAMES = 200_000
SECONDS = 20.0


@pytest.fixture
def writing(tmp_path):
    """writing(form, clip=): what stems have in common, with a room of its own."""

    def make(form="wav", clip="joint"):
        room = tmp_path / "out" / "room"
        room.mkdir(parents=True)
        rendering = Rendering(OutputFormat(form), 44_100, 2, FRAMES)
        return Writing(folder=tmp_path / "out", room=room, rendering=rendering, clip=clip)

    return make


def blocks(gain=1.0, size=70_001):
    noise = np.random.default_rng(1).standard_normal((2, FRAMES)) * 0.1 * gain
    whole = np.clip(noise, -0.9 * gain, 0.9 * gain).astype(np.float32)
    return [whole[:, start : start + size] for start in range(0, FRAMES, size)]


def encoded(writing, stems):
    """The finished stems; `stems`: blocks by name."""
    with Encoding(tuple(stems), writing) as encoding:
        for parts in zip(*stems.values(), strict=True):
            encoding.write(dict(zip(stems, parts, strict=True)))
        return list(encoding.finish(Watch()))


def leave(writing, error):
    """Write one block and go away."""
    with Encoding(("a", "b"), writing) as encoding:
        encoding.write({"a": blocks()[0], "b": blocks()[1]})
        raise error


def again(writing, parts, gain, name="again"):
    """The stem's bytes when all of it is spooled first and encoded afterwards."""
    with Spool(writing.room / "again.f32", 2) as spool:
        for part in parts:
            spool.write(part)
        return writing.draft(name, spool.blocks(), gain=gain, advance=lambda _: None).path.read_bytes()


@pytest.mark.parametrize("form", FORMAT_NAMES)
def test_a_stem_encoded_as_it_comes_is_the_file_encoded_afterwards(form, writing):
    common = writing(form)
    found = encoded(common, {"a": blocks(), "b": blocks(0.5)})
    assert [stem.name for stem in found] == ["a", "b"]
    assert found[0].path.read_bytes() == again(common, blocks(), 1.0)
    assert found[1].path.read_bytes() == again(common, blocks(0.5), 1.0)


@pytest.mark.parametrize("loud", [0, 2])
@pytest.mark.parametrize("form", FORMAT_NAMES)
def test_a_loud_block_has_all_stems_encoded_again_with_one_gain(form, loud, writing):
    common = writing(form)
    parts = {"a": blocks(), "b": blocks(0.5)}
    parts["a"][loud] = parts["a"][loud] * np.float32(4.0)
    peak = max(float(np.abs(part).max()) for part in parts["a"])
    assert peak > 1.0
    found = encoded(common, parts)
    assert [stem.path.read_bytes() for stem in found] == [again(common, of, 1.0 / peak) for of in parts.values()]
    assert found[0].peak == pytest.approx(1.0)


def test_a_spool_gives_its_blocks_channel_after_channel(tmp_path):
    """As the encoders get them: numbers taken over strided frames cost twenty times as much, and round otherwise."""
    with Spool(tmp_path / "stem.f32", 2) as spool:
        for part in blocks():
            spool.write(part)
        found = list(spool.blocks())
    assert all(block.flags["C_CONTIGUOUS"] for block in found)
    assert np.array_equal(np.concatenate(found, axis=1), np.concatenate(blocks(), axis=1))


@pytest.mark.parametrize(("clip", "spools"), [("joint", 2), ("clamp", 0), ("none", 0)])
def test_only_a_joint_gain_needs_spools(clip, spools, writing):
    common = writing(clip=clip)
    with Encoding(("a", "b"), common):
        assert len(list(common.room.glob("*.f32"))) == spools


@pytest.mark.parametrize("form", FORMAT_NAMES)
def test_a_full_disk_in_an_encoder_is_said_as_such(form, writing):
    common = writing(form, clip="clamp")
    (common.room / f"b.{form}").symlink_to("/dev/full")
    with pytest.raises(EncodingFailed) as caught:
        encoded(common, {"a": blocks(), "b": blocks()})
    assert caught.value.errno == errno.ENOSPC
    assert [path.name for path in common.folder.iterdir()] == ["room"]


@pytest.mark.parametrize("form", FORMAT_NAMES)
def test_leaving_midway_ends_the_threads_and_leaves_no_file(form, writing):
    common = writing(form, clip="none")
    before = threading.active_count()
    with pytest.raises(OSError, match="elsewhere"):
        leave(common, OSError("elsewhere"))
    assert threading.active_count() == before
    assert not list(common.room.iterdir())


def test_a_channel_holds_few_blocks_and_its_writer_waits():
    channel, block = Channel(), np.zeros((2, 10), np.float32)
    passed = threading.Semaphore(0)

    def write():
        while channel.put(block):
            passed.release()

    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(2):
        assert passed.acquire(timeout=SECONDS)
    assert not passed.acquire(timeout=0.05)
    assert next(channel) is block
    assert passed.acquire(timeout=SECONDS)
    channel.give_up()
    writer.join(SECONDS)
    assert not writer.is_alive()
    with pytest.raises(Canceled):
        next(channel)


def test_a_channel_gives_what_was_put_in_and_ends():
    channel, block = Channel(), np.zeros((2, 10), np.float32)
    assert channel.put(block)
    channel.end()
    assert len(list(channel)) == 1
