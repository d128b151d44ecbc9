"""Progress bars on the terminal (stderr): bytes on their way, and a job from queued to its end."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from cli.console import ERR

_LABEL = TextColumn("{task.description}")


class BytesBar:
    """How many bytes of a transfer are done."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def at(self, done: int, total: int | None = None) -> None:
        """So many bytes are done in all (of `total`, where that became known)."""
        self._progress.update(self._task, completed=done, total=total or self._progress.tasks[self._task].total)

    def advance(self, more: int) -> None:
        """So many more bytes are done."""
        self._progress.advance(self._task, more)


class JobBar:
    """Where a job stands, in whole percent and a word."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def show(self, job: dict[str, Any]) -> None:
        """Show this state of the job."""
        word = str(job.get("message") or job.get("stage") or job.get("status") or "")
        if job.get("status") == "queued" and job.get("queue_position"):
            word = f"waiting, place {job['queue_position']}"
        self.at(float(job.get("progress") or 0), word)

    def at(self, percent: float, word: str) -> None:
        """Show so many percent of the work, and a word."""
        self._progress.update(self._task, completed=percent, word=escape(word[:60]))


@contextmanager
def bytes_bar(label: str, total: int | None, *, shown: bool = True) -> Iterator[BytesBar]:
    """A bar for a transfer of `total` bytes (None: not known)."""
    columns = (_LABEL, BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=ERR, disable=not shown) as progress:
        yield BytesBar(progress, progress.add_task(escape(label), total=total))


@contextmanager
def job_bar(label: str, *, shown: bool = True) -> Iterator[JobBar]:
    """A bar for a job or a separation."""
    percent = TextColumn("{task.percentage:>3.0f}%")
    columns = (_LABEL, BarColumn(), percent, TextColumn("{task.fields[word]}"), TimeElapsedColumn())
    with Progress(*columns, console=ERR, disable=not shown) as progress:
        yield JobBar(progress, progress.add_task(escape(label), total=100.0, word=""))
