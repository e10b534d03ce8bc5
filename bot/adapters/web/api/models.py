"""What the API takes and gives, as models: answers are made of them, and the OpenAPI document describes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from bot.adapters.web.api.upload import MAX_STYLES, MAX_WEIGHT
from bot.jobs import Status
from renderer.options import RenderOptions

JobId = Annotated[str, Field(description="128 random bits in hex", pattern="^[0-9a-f]{32}$")]
Position = Annotated[
    int | None, Field(description="1 is next, 0 is being painted, null afterwards", examples=[1], ge=0)
]


class Answer(BaseModel):
    """An answer; fields may be added to it in time, and none will go."""

    model_config = ConfigDict(frozen=True)


class Wish(BaseModel):
    """What is asked for; a field that is not known is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


# ---- jobs


class JobError(Answer):
    """Why there is no painting, or none any more."""

    title: str = Field(description="how the job ended, in a word or two", examples=["Failed"])
    detail: str = Field(description="one sentence for a person, in their language")
    code: str = Field(description="stable", examples=["out_of_memory"])


class Painting(Answer):
    """A finished painting, and where its parts are."""

    url: str = Field(description="path of the picture, a PNG", examples=["/api/v1/jobs/0f…/result"])
    timelapse: str | None = Field(description="path of the film of how it was painted; null where there is none")
    metadata: str = Field(description="path of the painting's facts")
    width: int | None = Field(description="pixels")
    height: int | None = Field(description="pixels")
    seconds: float | None = Field(description="seconds that painting took")
    iterations: int | None = Field(description="optimisation steps in all")
    device: str | None = Field(description="what painted it", examples=["cpu", "cuda:0"])
    notes: list[str] = Field(
        description="sentences that its owner should know: painted smaller for want of memory, say"
    )


class StyleShare(Answer):
    """One of the styles that are blended."""

    weight: float = Field(description="among the styles", gt=0)


class Job(Answer):
    """A job as its requester sees it."""

    id: JobId
    created_at: datetime = Field(description="when it was accepted, in UTC (RFC 3339)")
    status: Status = Field(description="where it is in its life")
    reason: str | None = Field(description="why it ended without a painting, a stable code")
    progress: float = Field(description="share of the work that is done", ge=0, le=1)
    position: Position
    eta_s: int | None = Field(
        description="seconds until the painting can be expected; null once it is rendered or ended", ge=0
    )
    paused: str | None = Field(description="why nothing is painted at the moment, while the job waits")
    options: dict[str, Any] = Field(
        description="options that differ from the defaults", examples=[{"size": 1024, "strength": 0.65}]
    )
    styles: list[StyleShare] = Field(description="in the order in which they were sent and named")
    variations: list[str] = Field(
        description="what `POST /jobs/{id}/variations` can make of it now; empty unless it is painted and its "
        "pictures are kept",
        examples=[["stronger", "softer", "again"]],
    )
    error: JobError | None = Field(description="null unless there is no painting, or none any more")
    result: Painting | None = Field(description="null unless there is a painting that is kept")


Picture = Annotated[bytes, Field(description="JPEG, PNG, WebP, GIF, BMP or TIFF")]


class Upload(Wish):
    """An order, as a form."""

    content: Picture = Field(description="the picture to paint")
    style: list[Picture] = Field(
        default=[], max_length=MAX_STYLES, description="pictures in whose manner; several are blended"
    )
    weights: list[Annotated[float, Field(gt=0, le=MAX_WEIGHT)]] | SkipJsonSchema[None] = Field(
        default=None, description="JSON: a number for each `style`, in their order; 1 by default", examples=[[0.7, 0.3]]
    )
    mask: list[Picture] = Field(
        default=[],
        max_length=MAX_STYLES,
        description="the nth says where the nth style goes: white there, black elsewhere; in the content's shape "
        "(within 2 %)",
    )
    words: str | SkipJsonSchema[None] = Field(
        default=None,
        description="styles of the gallery and options, as in a chat",
        examples=["#woodcut:0.7 #waves 80% size=1024"],
    )
    options: RenderOptions | SkipJsonSchema[None] = Field(default=None, description="JSON: what is asked for")
    webhook: str | SkipJsonSchema[None] = Field(
        default=None, description="URL that is told of the job's end; for requests with a key", max_length=2048
    )


class Accepted(Answer):
    """A job that has been taken in."""

    id: JobId
    status: Status
    position: Position


class JobPage(Answer):
    """Some of a requester's jobs, the newest first."""

    jobs: list[Job]
    next: str | None = Field(description="`after` of the next page; null where this is the last")


class JobEnded(Answer):
    """What a webhook brings."""

    id: str = Field(description="the same each time that this is sent")
    type: str = Field(
        description="`job.` and how the job ended", pattern=r"^job\.(delivered|failed|cancelled|expired)$"
    )
    timestamp: datetime = Field(description="when it ended, in UTC (RFC 3339)")
    data: Job


class VariationWish(Wish):
    """Another painting from the pictures of a job: either a variation by its name, or other options."""

    variation: str | None = Field(default=None, description="one of the job's `variations`", examples=["stronger"])
    options: dict[str, Any] | None = Field(
        default=None, description="options in place of the job's own; the others stay as they are"
    )
    webhook: str | None = Field(
        default=None, description="URL that is told of the job's end; for requests with a key", max_length=2048
    )


class Facts(Answer):
    """What is known of a painting."""

    model_config = ConfigDict(frozen=True, extra="allow")

    options: RenderOptions = Field(description="as painted, the renderer's own choices and the `seed` among them")
    encoder: str | None = Field(default=None, description="name and short hash of the encoder's weights")
    iterations: int | None = Field(default=None, description="optimisation steps in all")
    losses: dict[str, float] | None = Field(default=None, description="weighted terms of the last step's loss")
    seconds: float | None = Field(default=None, description="seconds that painting took")
    device: str | None = Field(default=None, description="what painted it")
    width: int | None = Field(default=None, description="pixels")
    height: int | None = Field(default=None, description="pixels")
    stopped_early: bool | None = Field(default=None, description="whether it was ended before its last step")
    notes: list[str] = Field(description="sentences that its owner should know")


# ---- the gallery


class Style(Answer):
    """A style with a name."""

    name: str = Field(description="for `words`: `#name`", examples=["woodcut"])
    title: str
    description: str
    tags: list[str]
    thumbnail: str = Field(description="path of the style picture, small")


class StyleList(Answer):
    """The styles of the gallery, by name."""

    styles: list[Style]


# ---- who asks, and the service


class Quota(Answer):
    """How much there is of something, in jobs."""

    used: int = Field(ge=0)
    allowed: int = Field(ge=0)


class Quotas(Answer):
    """Jobs that were accepted, and may be."""

    hour: Quota = Field(description="within the last hour")
    day: Quota = Field(description="within the last 24 hours")


class Me(Answer):
    """What who asks may ask for."""

    quotas: Quotas
    open_jobs: Quota = Field(description="jobs that are not ended")
    expert: bool = Field(description="whether expert options are taken")
    picture_mb: float = Field(description="heaviest picture in megabytes (10⁶ bytes)")
    picture_mp: float = Field(description="largest picture in megapixels")
    max_size: int = Field(description="largest `size` in pixels; what takes too long is refused all the same")


class Erased(Answer):
    """What has been deleted."""

    deleted: int = Field(description="jobs, with all that belonged to them", ge=0)


class ServiceStatus(Answer):
    """How the service stands."""

    open: bool = Field(description="whether jobs are taken in")
    why: Literal["closing", "disk_full", "queue_full"] | None = Field(description="why not")
    paused: str | None = Field(description="why nothing is painted at the moment; jobs are taken in all the same")
    waiting: int = Field(description="jobs in the queue", ge=0)
    painting: int = Field(description="jobs that are being painted", ge=0)
    workers: int = Field(description="workers that are ready or at work", ge=0)


class Worker(Answer):
    """A renderer's process."""

    name: str
    device: str | None = Field(description="null until it has loaded")
    state: str = Field(description="starting, idle, painting or down")
    reason: str | None = Field(description="why it is down")


class Renderer(Answer):
    """Where paintings are made."""

    slots: int = Field(description="paintings at a time")
    queued: int = Field(description="jobs that it holds and has not begun")
    workers: list[Worker]


class Health(Answer):
    """The parts of the service."""

    status: Literal["ok", "degraded"]
    renderer: Renderer
    adapters: dict[str, str] = Field(description="state of each platform: `up`, or what is the matter")
    queue: dict[str, int] = Field(description="open jobs by status; `uncertain` are replies")


class Readiness(Answer):
    """Whether an order would be taken in and painted."""

    ready: bool
    why: list[str] = Field(description="why not")


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: Literal["about:blank"]
    title: str = Field(description="the status in words")
    status: int = Field(description="the HTTP status")
    detail: str = Field(description="one sentence for a person, in their language")
    code: str = Field(description="stable")
