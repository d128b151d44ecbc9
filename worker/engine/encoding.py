"""The stems' encoders, each on a thread of its own while the next segments are separated. Knows no network.

Until the last block nobody knows the joint gain. It is nearly always 1, so the stems are encoded as if it were; a spool
keeps them for the other case, and is left out where there is no such case.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from queue import SimpleQueue
from threading import Event
from types import TracebackType
from typing import Self

from media.blocks import FloatBlock, in_blocks_of
from worker.engine.channel import Channel
from worker.engine.errors import Canceled
from worker.engine.mixdown import gain_for, peak_of
from worker.engine.results import StemFile
from worker.engine.spool import BLOCK_FRAMES, Spool
from worker.engine.watch import Watch
from worker.engine.writing import Draft, Writing


class Encoding:
    """All stems of one separation: `write` the blocks, then `finish`. `peaks`, `frames`: of each stem so far.

    Use as a context manager: its threads have ended and its spools are closed when it is left, however that happens,
    and no finished stem is left when it is left by an error. Drafts and spools stay in the room, which is the caller's.
    """

    def __init__(self, names: Sequence[str], writing: Writing) -> None:
        self.peaks = dict.fromkeys(names, 0.0)
        self.frames = dict.fromkeys(names, 0)
        self._busy = dict.fromkeys(names, 0.0)
        self._ended = False
        self._writing = writing
        self._stop = Event()
        self._told: SimpleQueue[int] = SimpleQueue()
        self._spools, self._closing = _open_spools(names if writing.clip == "joint" else (), writing)
        self._pool = ThreadPoolExecutor(len(names), thread_name_prefix="encode")
        self._channels = {name: Channel() for name in names}
        self._drafts = {name: self._pool.submit(self._drafted, name) for name in names}
        self._stems: dict[str, Future[StemFile]] = {}

    @property
    def overlapped_seconds(self) -> float:
        """Of processor, spent before `finish` on encoding that was of use."""
        return sum(self._busy.values()) if self.gain == 1.0 else 0.0

    @property
    def gain(self) -> float:
        """The one gain for all stems that their peaks so far ask for, linear."""
        return gain_for(max(self.peaks.values()), self._writing.clip)

    def write(self, stems: Mapping[str, FloatBlock]) -> None:
        """Hand over the next block of every stem (channels x frames). It may wait until an encoder has caught up.

        Raises OSError when the disk is full, EncodingFailed.
        """
        for name, block in stems.items():
            self.frames[name] += block.shape[-1]
            self.peaks[name] = max(self.peaks[name], peak_of(block))
            if name in self._spools:
                self._spools[name].write(block)
        if self.gain != 1.0:
            self._give_up()
            return
        for name, block in stems.items():
            if not self._channels[name].put(block):
                self._drafts[name].result()  # raises why it ended

    def finish(self, watch: Watch) -> Iterator[StemFile]:
        """The finished stems in their order, once all blocks were written; the watch is told and asked meanwhile.

        Raises EncodingFailed, OutputInvalid, Canceled, OSError.
        """
        self._ended = True
        for channel in self._channels.values():
            channel.end()
        self._stems = {name: self._pool.submit(self._finished, name, self.gain) for name in self._drafts}
        for stem in self._stems.values():
            stem.add_done_callback(lambda _: self._told.put(0))
        work = sum(self.frames.values()) * (1 if self.gain == 1.0 else 2)
        waiting, done = list(self._stems.values()), 0
        while waiting:
            done += self._told.get()
            if watch.canceled():
                raise Canceled
            watch.progress("encoding", min(1.0, done / work))
            for failed in [stem for stem in waiting if stem.done() and stem.exception()]:
                failed.result()  # raises why
            while waiting and waiting[0].done():
                yield waiting.pop(0).result()
        watch.progress("encoding", 1.0)  # the last words of the threads may not have been heard

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._give_up()
        self._pool.shutdown(cancel_futures=True)
        self._closing.close()
        if error is not None:
            for stem in self._stems.values():
                if not stem.cancelled() and stem.exception() is None:
                    stem.result().path.unlink(missing_ok=True)

    def _give_up(self) -> None:
        """Stop encoding what comes: the gain makes it void, or nobody wants it."""
        for channel in self._channels.values():
            channel.give_up()

    def _drafted(self, name: str) -> Draft:
        """On a thread: encode the stem as its blocks come, with a gain of 1."""
        try:
            return self._writing.draft(name, self._coming(name), gain=1.0, advance=self._go_on)
        finally:
            self._channels[name].give_up()

    def _coming(self, name: str) -> Iterator[FloatBlock]:
        """The stem's blocks, cut and laid out as a spool has them: both give the same file and figures."""
        started = time.thread_time()
        for block in in_blocks_of(BLOCK_FRAMES, self._channels[name]):
            yield block
            if not self._ended:
                self._busy[name] = time.thread_time() - started

    def _finished(self, name: str, gain: float) -> StemFile:
        """On a thread: check the draft, or one made anew from the spool where the gain is another than 1."""
        wait([self._drafts[name]])  # a draft given up removes its file, which has the new one's name
        if gain == 1.0:
            draft = self._drafts[name].result()
        else:
            draft = self._writing.draft(name, self._spools[name].blocks(), gain=gain, advance=self._advanced)
        return self._writing.finish(draft, self._advanced)

    def _advanced(self, frames: int) -> None:
        self._go_on(frames)
        self._told.put(frames)

    def _go_on(self, _frames: int) -> None:
        if self._stop.is_set():
            raise Canceled


def _open_spools(names: Sequence[str], writing: Writing) -> tuple[dict[str, Spool], ExitStack]:
    """A spool for each of these stems, and what closes them."""
    with ExitStack() as opened:
        paths = {name: writing.room / f"{name}.f32" for name in names}
        channels = writing.rendering.channels
        return {name: opened.enter_context(Spool(path, channels)) for name, path in paths.items()}, opened.pop_all()
