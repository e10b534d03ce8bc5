"""A job as the API shows it."""

from __future__ import annotations

from typing import Any

from bot.desk import JobView
from bot.jobs import ENDED, Status
from bot.replies import explain
from bot.texts import phrase, say

_FETCHABLE = frozenset({Status.RENDERED, Status.DELIVERED})
_RESULT_FIELDS = ("width", "height", "seconds", "iterations", "device")


def as_json(view: JobView, language: str = "en") -> dict[str, Any]:
    """Status, reason, progress (0..1), position, eta_s in seconds, a pause's reason, error and result, for JSON.

    What a person is to read is in `language`, of `bot.texts.LANGUAGES`.
    """
    job = view.job
    return {
        "id": job.id,
        "status": job.status,
        "reason": job.reason,
        "progress": _progress(view),
        "position": view.position,
        "eta_s": None if view.eta_s is None else round(view.eta_s),
        "paused": view.paused,
        "error": _error(view, language),
        "result": _result(view),
    }


def path_of(job_id: str) -> str:
    """Where the API shows a job."""
    return f"/api/v1/jobs/{job_id}"


def _progress(view: JobView) -> float:
    if view.job.status in _FETCHABLE:
        return 1.0
    return round(view.progress.fraction, 4) if view.progress else 0.0


def _error(view: JobView, language: str) -> dict[str, str] | None:
    job = view.job
    if job.status in _FETCHABLE and not view.is_kept:
        detail = say(phrase("desk-no-longer-kept"), language)
        return {"title": "No longer kept", "detail": detail, "code": "not_painted"}
    if job.status not in ENDED or job.status is Status.DELIVERED:
        return None
    return {"title": job.status.capitalize(), "detail": say(explain(job), language), "code": job.reason or job.status}


def _result(view: JobView) -> dict[str, Any] | None:
    job = view.job
    if job.status not in _FETCHABLE or not view.is_kept:
        return None
    info = job.result_info or {}
    return {
        "url": f"{path_of(job.id)}/result",
        "timelapse": f"{path_of(job.id)}/timelapse" if job.frames else None,
        "metadata": f"{path_of(job.id)}/metadata",
        **{name: info.get(name) for name in _RESULT_FIELDS},
        "notes": info.get("notes", []),
    }
