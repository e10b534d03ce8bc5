"""What the bot and its agents say to one another over NATS: JSON, checked on both sides.

`PROTOCOL` is raised with every change that the other side would not understand, the options of a painting included.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, FailFast, Field, TypeAdapter, ValidationError, model_validator

from renderer.options import RenderOptions
from renderer.protocol import MAX_PREVIEW, Count, Done, Failed, JobId, Progress, Sentence, Started
from renderer.wire.subjects import TOKEN

PROTOCOL = 2
#: Bytes in a file, at most: both sides hold it in memory.
MAX_PARCEL = 1 << 28
#: Bytes of what an agent says, at most; a beat of 64 devices and some hundred jobs has half of it.
MAX_MESSAGE = 1 << 18
#: Errors in one that are told.
_TOLD = 5
#: Devices of one agent.
MAX_DEVICES = 64
#: Seconds after which neither side waits for a first view any more.
GLIMPSE_S = 60.0
_JPEG = b"\xff\xd8\xff"

Token = Annotated[str, Field(pattern=f"^{TOKEN.pattern}$")]
Name = Annotated[str, Field(max_length=200)]
Bytes = Annotated[int, Field(ge=0, le=2**53)]
#: Job, attempt, delivery and token: one hand-over of a job. The token is drawn for each, since what was taken back
#: before it began is handed over again under the same numbers.
Handed = tuple[str, int, int, str]


class BadMessage(ValueError):
    """What came is no message of this protocol."""


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")


class Parcel(_Message):
    """A file on its way, in chunks ``<subject>.0`` … ``<subject>.<chunks - 1>`` of the stream of parcels."""

    subject: str = Field(pattern=r"^blob\.(in|out)(\.[A-Za-z0-9_-]{1,80}){3}$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0, le=MAX_PARCEL)  #: bytes
    chunks: int = Field(ge=1)
    suffix: str = Field(pattern=r"^\.[a-z0-9]{1,8}$")

    @property
    def name(self) -> str:
        """Name of the blob that it becomes: SHA-256 in hex and suffix."""
        return self.sha256 + self.suffix


class StyleParcels(_Message):
    """A style picture, as in `renderer.protocol.StyleInput`."""

    picture: Parcel
    weight: float = Field(gt=0)
    mask: Parcel | None = None


class _Handed(_Message):
    job: JobId
    attempt: Count
    delivery: Count
    token: Token

    @property
    def key(self) -> Handed:
        """Which hand-over this is about."""
        return self.job, self.attempt, self.delivery, self.token

    @staticmethod
    def fields(key: Handed) -> dict[str, Any]:
        """The key as fields of a message."""
        return dict(zip(("job", "attempt", "delivery", "token"), key, strict=True))


# ---- the bot to an agent


class Assignment(_Handed):
    """Paint this; durable, and the bot's own record of what it has given to whom."""

    agent: Token
    instance: Token
    content: Parcel
    styles: tuple[StyleParcels, ...]
    options: RenderOptions

    @property
    def parcels(self) -> tuple[Parcel, ...]:
        """All files that it needs."""
        masks = (style.mask for style in self.styles if style.mask)
        return (self.content, *(style.picture for style in self.styles), *masks)


class Cancel(_Handed):
    """Stop it, wherever it is; it ends as failed (cancelled) or, too late, as done."""

    kind: Literal["cancel"] = "cancel"


class Revoke(_Handed):
    """Give back what is not begun; answered with `Answer`."""

    kind: Literal["revoke"] = "revoke"


class Received(_Handed):
    """The end of it has been taken in, or is of no interest: forget it."""

    kind: Literal["received"] = "received"


class Again(_Handed):
    """The end of it did not arrive whole: send it again."""

    kind: Literal["again"] = "again"


class SmallStyle(_Message):
    """A style picture as in `renderer.protocol.StyleInput`, itself and reduced."""

    picture: bytes
    weight: float = Field(gt=0)
    mask: bytes | None = None


class Glimpse(_Handed):
    """Show how a job will look that has to wait, as in `renderer.protocol.Glimpse`; answered with `View`, or never.

    It hands nothing over, and `token` is drawn for this question. Its pictures are JPEGs no larger than a view needs
    them, so that they travel inside and nothing is left on the server.
    """

    kind: Literal["glimpse"] = "glimpse"
    content: bytes
    styles: tuple[SmallStyle, ...]
    options: RenderOptions


class Refused(_Message):
    """Nothing will be given to this agent, for this reason."""

    kind: Literal["refused"] = "refused"
    reason: str


Word = Annotated[Cancel | Revoke | Received | Again | Glimpse | Refused, Field(discriminator="kind")]


class Answer(_Message):
    """What became of a `Revoke`."""

    given_back: bool


class View(_Message):
    """What a `Glimpse` asked for, under its token; `preview` as in `renderer.protocol.Progress`."""

    token: Token
    preview: bytes


# ---- an agent to the bot


class Report(_Message):
    """A job's beginning or end. `result` and `frames` are where the files of a Done are; its own paths mean nothing."""

    instance: Token
    token: Token
    event: Annotated[Started | Done | Failed, Field(discriminator="kind")]
    result: Parcel | None = None
    frames: Parcel | None = None

    @property
    def key(self) -> Handed:
        """Which hand-over this is about."""
        return self.event.job, self.event.attempt, self.event.delivery, self.token


class Step(_Message):
    """How far a painting is."""

    instance: Token
    token: Token
    event: Progress


class Device(_Message):
    """One renderer child of an agent."""

    name: Name  #: ``<agent>-<number>``, the worker of its events
    state: Literal["starting", "idle", "painting", "down"]
    device: Name | None = None  #: torch's name; None until it has said ready
    device_name: Name | None = None  #: what a person would call it
    encoder: Name | None = None  #: name and short hash of the weights
    memory: Bytes | None = None  #: in use
    memory_total: Bytes | None = None  #: of its own; None where it has none, or does not tell
    can_glimpse: bool = False  #: whether it can answer a `Glimpse`
    reason: Sentence | None = None  #: why it is down
    restarts: Count = 0
    job: JobId | None = None


class Task(_Handed):
    """Something that an agent holds; `reported` is an end that the bot has not said to have received."""

    stage: Literal["waiting", "painting", "reported"]


class Beat(_Message):
    """An instance is alive."""

    protocol: int = PROTOCOL
    agent: Token
    instance: Token
    slots: int = Field(ge=0, le=MAX_DEVICES)  #: paintings at a time, of the devices that serve
    devices: Annotated[tuple[Device, ...], FailFast()] = Field(default=(), max_length=MAX_DEVICES)
    tasks: Annotated[tuple[Task, ...], FailFast()] = Field(default=(), max_length=1000)
    is_draining: bool = False  #: takes no more
    is_leaving: bool = False  #: the last one: what it holds, but for what is reported, is given up

    @model_validator(mode="after")
    def _of_its_own(self) -> Self:
        for device in self.devices:
            if not device.name.startswith(f"{self.agent}-"):
                raise ValueError(f"{device.name} is no device of {self.agent}")
        return self


Message = TypeVar("Message", bound=BaseModel)

_word: TypeAdapter[Cancel | Revoke | Received | Again | Glimpse | Refused] = TypeAdapter(Word)


class _Envelope(BaseModel):
    protocol: int


def is_preview(data: bytes) -> bool:
    """Whether these bytes may be shown to people as they came: they came from another machine."""
    return len(data) <= MAX_PREVIEW and data.startswith(_JPEG)


def read_word(data: bytes) -> Cancel | Revoke | Received | Again | Glimpse | Refused:
    """What the bot says; raises BadMessage."""
    with _as_bad():
        return _word.validate_json(data)


def protocol_of(data: bytes) -> int:
    """The protocol's version that a beat is in, whatever else it says; raises BadMessage."""
    _check_size(data)
    with _as_bad():
        return _Envelope.model_validate_json(data).protocol


def read(kind: type[Message], data: bytes) -> Message:
    """A message of this kind; raises BadMessage."""
    _check_size(data)
    with _as_bad():
        return kind.model_validate_json(data)


def _check_size(data: bytes) -> None:
    if len(data) > MAX_MESSAGE:
        raise BadMessage(f"it has {len(data)} bytes, and {MAX_MESSAGE} are read")


@contextlib.contextmanager
def _as_bad() -> Iterator[None]:
    """Say in a short sentence what is wrong with what came, which may be anything."""
    try:
        yield
    except ValidationError as exc:
        number = exc.error_count()
        if number > _TOLD:  # to tell of thousands takes longer than to find them
            raise BadMessage(f"it has {number} errors") from None
        errors = exc.errors(include_url=False, include_context=False, include_input=False)
        told = "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in errors)
        raise BadMessage(told[:300]) from None
