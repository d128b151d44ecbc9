"""L7: many downloads at once of a job with 300 MB of stems: ranges of them, and the whole as a zip."""

import asyncio
import tempfile
import time
import zipfile
from pathlib import Path

from contract.jobs import Job
from tests.builders import a_job, a_stem, completed
from tests.faults.deployment import Deployment
from tests.load.http_client import head, read_head
from tests.load.replicas import replicas
from tests.suites.trial import Outcome, Trial

_STEM_BYTES = 75_000_000
_ZIPS_SHARE = 5
"""One in five takes the zip, the others a range of a stem."""
_PIECE_BYTES = 1 << 18
_BLOCK = bytes(range(256)) * 4096


def _run(repetitions: int) -> Outcome:
    outcome = Outcome()
    size = _STEM_BYTES if repetitions >= DOWNLOADS.full else _STEM_BYTES // DOWNLOADS.full
    with replicas() as serving, tempfile.TemporaryDirectory(prefix="stemify-zip-") as folder:
        job = _finished(serving.deployment, size)
        seconds: list[float] = []

        async def load() -> None:
            loads = [_one(number) for number in range(repetitions)]
            seconds.extend(await asyncio.gather(*loads))

        async def _one(number: int) -> float:
            began = time.perf_counter()
            if number % _ZIPS_SHARE:
                await _take_range(serving.port, job, number, size, outcome)
            else:
                await _take_zip(serving.port, job, Path(folder) / f"{number}.zip", outcome)
            return time.perf_counter() - began

        serving.run(load())
        serving.judge(outcome, most_megabytes=64)
        contents = {_judged_zip(path, job, outcome) for path in Path(folder).glob("*.zip")}
        outcome.expect(len(contents) == 1, "the zips differ")
    outcome.upper("download s", seconds)
    outcome.done = repetitions
    return outcome


def _finished(deployment: Deployment, size: int) -> Job:
    """A completed job with real files."""
    job = deployment.store.claim(deployment.store.accept(a_job()).job_id, worker="stand-in")
    assert job is not None
    folder = f"results/{job.job_id}/{job.fence}"
    stems = []
    for name in job.options.stems:
        with deployment.storage.writer(f"{folder}/{name}.wav") as writer:
            for start in range(0, size, len(_BLOCK)):
                writer.write(_BLOCK[: min(len(_BLOCK), size - start)])
        stems.append(a_stem(name, blob=f"{folder}/{name}.wav", bytes=size, sha256=writer.sha256))
    with deployment.storage.writer(f"{folder}/manifest.json") as writer:
        writer.write(b"{}")
    return deployment.store.finish(job, completed(job, stems=tuple(stems), manifest_blob=f"{folder}/manifest.json"))


async def _take_range(port: int, job: Job, number: int, size: int, outcome: Outcome) -> None:
    stem = job.stems[number % len(job.stems)]
    start = number * 997 % (size // 2)
    reader, writer = await _asked(port, f"/api/v1/jobs/{job.job_id}/stems/{stem.name}", Range=f"bytes={start}-")
    status, headers = await read_head(reader)
    outcome.expect(status == 206, f"a range was answered {status}")
    outcome.expect(headers["content-range"] == f"bytes {start}-{size - 1}/{size}", headers["content-range"])
    left = size - start
    first = b""
    while piece := await reader.read(_PIECE_BYTES):
        first = first or piece
        left -= len(piece)
    outcome.expect(left == 0, f"{left} bytes of a range did not come")
    outcome.expect(first[:1] == bytes([start % 256]), "a range began elsewhere")
    writer.close()
    await writer.wait_closed()


async def _take_zip(port: int, job: Job, path: Path, outcome: Outcome) -> None:
    reader, writer = await _asked(port, f"/api/v1/jobs/{job.job_id}/archive")
    status, headers = await read_head(reader)
    outcome.expect(status == 200, f"a zip was answered {status}")
    written = 0
    with path.open("wb") as file:
        while piece := await reader.read(_PIECE_BYTES):
            written += file.write(piece)
    outcome.expect(written == int(headers["content-length"]), "a zip is not as long as was said")
    writer.close()
    await writer.wait_closed()


async def _asked(port: int, path: str, **headers: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head("GET", path, {"Connection": "close", **headers}))
    return reader, writer


def _judged_zip(path: Path, job: Job, outcome: Outcome) -> frozenset[tuple[str, int, int]]:
    """Its entries' names, checksums and sizes; every checksum is right, and every stem is there whole."""
    with zipfile.ZipFile(path) as archive:
        bad = archive.testzip()
        outcome.expect(bad is None, f"{bad} is damaged in a zip")
        entries = archive.infolist()
    for stem in job.stems:
        sizes = [entry.file_size for entry in entries if f"({stem.name})" in entry.filename]
        outcome.expect(sizes == [stem.bytes], f"{stem.name} in a zip: {sizes}")
    return frozenset((entry.filename, entry.CRC, entry.file_size) for entry in entries)


DOWNLOADS = Trial(name="L7", title="ranges and zips of 300 MB at once", full=50, reduced=0, run=_run)
