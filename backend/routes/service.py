"""The service itself: models, limits, health, figures."""

from http import HTTPStatus

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from backend import health
from backend.dependencies import UseCaller, UseParts
from backend.intake.linked_source import link_sites
from backend.metrics import MEDIA_TYPE
from backend.routes.answers import errors
from backend.schemas import (
    HealthBody,
    JobAllowanceBody,
    LimitsBody,
    ModelBody,
    ModelListBody,
    SpeedBody,
)
from contract.catalog import FORMATS, CatalogEntry

router = APIRouter(tags=["service"])
unversioned = APIRouter(tags=["service"], include_in_schema=False)


@router.get("/models", response_model=ModelListBody, responses=errors(503), summary="Models on offer")
def list_models(parts: UseParts) -> ModelListBody:
    """Every model with its stems and licence, whether a worker has it loaded, and how fast it has been here."""
    resident = {name for worker in parts.workers.live() for name in worker.models_resident}
    speeds = parts.speeds.all()
    default = parts.settings.models.default

    def body(entry: CatalogEntry) -> ModelBody:
        measured = [
            SpeedBody(device=device, work_seconds_per_audio_second=round(speed, 4))
            for (model, device), speed in sorted(speeds.items())
            if model == entry.name
        ]
        return ModelBody(
            name=entry.name,
            stems=list(entry.stems),
            licence=entry.licence,
            description=entry.description,
            needs=entry.needs,
            is_default=entry.name == default,
            resident=entry.name in resident,
            speeds=measured,
        )

    models = [body(entry) for entry in parts.catalog.entries.values()]
    return ModelListBody(data=models, default=default, formats=list(FORMATS))


@router.get("/limits", response_model=LimitsBody, responses=errors(503), summary="What you may do here")
def get_limits(parts: UseParts, caller: UseCaller) -> LimitsBody:
    """Sizes, durations, the queue, how long things are kept, and what is left of the caller's jobs."""
    settings = parts.settings
    allowance = None if parts.jobs_per_hour is None else parts.jobs_per_hour.look(caller.address)
    return LimitsBody(
        profile=settings.profile,
        max_upload_bytes=settings.limits.max_upload_bytes,
        max_duration_seconds=settings.limits.max_duration_seconds,
        min_duration_seconds=settings.limits.min_duration_seconds,
        queue_depth=parts.store.depth(),
        queue_max_depth=settings.queue.max_depth,
        files_kept_seconds=settings.retention.files_seconds,
        files_kept_after_download_seconds=settings.retention.after_download_seconds,
        records_kept_seconds=settings.retention.records_seconds,
        links=settings.sources.links,
        link_sites=link_sites(settings.sources, parts.workers.live()),
        jobs_per_hour=None if allowance is None else JobAllowanceBody.model_validate(vars(allowance)),
    )


@router.head("/health", include_in_schema=False)
@router.get(
    "/health",
    response_model=HealthBody,
    responses={503: {"model": HealthBody, "description": "Something this service stands on does not answer"}},
    summary="Is everything there?",
)
def get_health(parts: UseParts) -> Response:
    """Redis, storage and at least one worker, each named."""
    report = health.ready(parts)
    status = HTTPStatus.OK if report.status == "ok" else HTTPStatus.SERVICE_UNAVAILABLE
    return JSONResponse(report.model_dump(mode="json"), status)


@unversioned.head("/health/ready")
@unversioned.get("/health/ready")
def get_ready(parts: UseParts) -> Response:
    """As /health: whether jobs can be taken and done now."""
    return get_health(parts)


@unversioned.head("/health/live")
@unversioned.get("/health/live")
async def get_live() -> HealthBody:
    """This process answers; restart it when it does not."""
    return health.alive()


@unversioned.get("/metrics")
def get_metrics(parts: UseParts) -> Response:
    """Prometheus text."""
    return Response(parts.metrics.text(), media_type=MEDIA_TYPE)
