"""The Celery tasks: a message's job id handed to the process that separates."""

from celery import shared_task

from contract.task_queue import TASK
from worker import lifecycle


@shared_task(name=TASK, default_retry_delay=0)  # only a lost process makes Celery retry; the claim decides
def separate(job_id: str) -> None:
    """Do this job."""
    lifecycle.separating_process().run(job_id)
