"""The paths a job is reached under. Knows the spelling, not the routes."""

from urllib.parse import quote

PREFIX = "/api/v1"


def job_path(job_id: str) -> str:
    """The job itself."""
    return f"{PREFIX}/jobs/{job_id}"


def stem_path(job_id: str, stem: str) -> str:
    """One stem's audio."""
    return f"{job_path(job_id)}/stems/{quote(stem, safe='')}"


def peaks_path(job_id: str, stem: str) -> str:
    """One stem's waveform peaks."""
    return f"{stem_path(job_id, stem)}/peaks"


def archive_path(job_id: str) -> str:
    """All stems in one zip."""
    return f"{job_path(job_id)}/archive"


def mix_path(job_id: str, mix_id: str) -> str:
    """One mix's audio."""
    return f"{job_path(job_id)}/mixes/{mix_id}"


def upload_path(upload_id: str) -> str:
    """An upload that is no job yet."""
    return f"{PREFIX}/uploads/{upload_id}"
