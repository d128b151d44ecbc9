"""What Schemathesis is told of this API: how a run of bytes is sent, and the ids of jobs that exist."""

import os
import random

import schemathesis

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")

_JOBS = os.environ.get("STEMIFY_FUZZ_JOBS", "").split(",")
_chosen = random.Random(1)


@schemathesis.hook
def map_path_parameters(context, path_parameters):  # noqa: ARG001 - the shape of a hook
    """Most paths lead to a job that is there, and to a stem it has."""
    if path_parameters and "job_id" in path_parameters and _JOBS[0] and _chosen.random() < 0.7:
        path_parameters["job_id"] = _chosen.choice(_JOBS)
        if "stem" in path_parameters:
            path_parameters["stem"] = "vocals"
    return path_parameters
