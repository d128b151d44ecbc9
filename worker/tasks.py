"""The Celery tasks: a message's job id handed to the process that separates."""

from celery import shared_task

from contract.task_queue import TASK
from worker import lifecycle


@shared_task(name=TASK)
def separate(job_id: str) -> None:
    """Do this job."""
    lifecycle.separating_process().run(job_id)
