"""A job as the API shows it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.adapters.web.api import models
from bot.desk import JobView
from bot.jobs import ENDED, Job, Status
from bot.replies import explain, notes
from bot.texts import phrase, say
from bot.variations import VARIATIONS, varied

_FETCHABLE = frozenset({Status.RENDERED, Status.DELIVERED})
_RESULT_FIELDS = ("width", "height", "seconds", "iterations", "device")


def shown(view: JobView, language: str = "en") -> models.Job:
    """A job for its requester; what a person is to read is in `language`, of `bot.texts.LANGUAGES`."""
    job = view.job
    return models.Job(
        id=job.id,
        created_at=datetime.fromtimestamp(job.created_at, UTC),
        status=job.status,
        reason=job.reason,
        progress=_progress(view),
        position=view.position,
        eta_s=None if view.eta_s is None else round(view.eta_s),
        paused=view.paused,
        options=job.options.model_dump(mode="json", exclude_defaults=True),
        styles=[models.StyleShare(weight=style.weight) for style in job.styles],
        variations=_variations(view),
        error=_error(view, language),
        result=_result(view, language),
    )


def as_json(view: JobView, language: str = "en") -> dict[str, Any]:
    """What `shown` shows, for JSON."""
    return shown(view, language).model_dump(mode="json")


def path_of(job_id: str) -> str:
    """Where the API shows a job."""
    return f"/api/v1/jobs/{job_id}"


def variations_of(job: Job) -> list[str]:
    """Names of what can be made of a painted job."""
    return [name for name in VARIATIONS if varied(job, name) is not None]


def _variations(view: JobView) -> list[str]:
    return variations_of(view.job) if view.job.status in _FETCHABLE and view.has_inputs else []


def _progress(view: JobView) -> float:
    if view.job.status in _FETCHABLE:
        return 1.0
    return round(view.progress.fraction, 4) if view.progress else 0.0


def _error(view: JobView, language: str) -> models.JobError | None:
    job = view.job
    if job.status in _FETCHABLE and not view.is_kept:
        detail = say(phrase("desk-no-longer-kept"), language)
        return models.JobError(title="No longer kept", detail=detail, code="not_painted")
    if job.status not in ENDED or job.status is Status.DELIVERED:
        return None
    detail = say(explain(job), language)
    return models.JobError(title=job.status.capitalize(), detail=detail, code=job.reason or job.status)


def _result(view: JobView, language: str) -> models.Painting | None:
    job = view.job
    if job.status not in _FETCHABLE or not view.is_kept:
        return None
    info = job.result_info or {}
    return models.Painting(
        url=f"{path_of(job.id)}/result",
        timelapse=f"{path_of(job.id)}/timelapse" if job.frames else None,
        metadata=f"{path_of(job.id)}/metadata",
        **{name: info.get(name) for name in _RESULT_FIELDS},
        notes=[say(note, language) for note in notes(job)],
    )
