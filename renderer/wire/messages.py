"""What the bot and its agents say to one another over NATS: JSON, checked on both sides.

`PROTOCOL` is raised with every change that the other side would not understand, the options of a painting included.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from renderer.options import RenderOptions
from renderer.protocol import Done, Failed, Progress, Started
from renderer.wire.subjects import TOKEN

PROTOCOL = 2
#: Bytes in a file, at most: both sides hold it in memory.
MAX_PARCEL = 1 << 28

Token = Annotated[str, Field(pattern=f"^{TOKEN.pattern}$")]
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
    job: Token
    attempt: int
    delivery: int
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


class Refused(_Message):
    """Nothing will be given to this agent, for this reason."""

    kind: Literal["refused"] = "refused"
    reason: str


Word = Annotated[Cancel | Revoke | Received | Again | Refused, Field(discriminator="kind")]


class Answer(_Message):
    """What became of a `Revoke`."""

    given_back: bool


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

    name: str  #: ``<agent>-<number>``, the worker of its events
    state: Literal["starting", "idle", "painting", "down"]
    device: str | None = None  #: torch's name; None until it has said ready
    device_name: str | None = None  #: what a person would call it
    encoder: str | None = None  #: name and short hash of the weights
    memory: int | None = None  #: bytes in use
    memory_total: int | None = None  #: bytes of its own; None where it has none, or does not tell
    reason: str | None = None  #: why it is down
    restarts: int = 0
    job: str | None = None


class Task(_Handed):
    """Something that an agent holds; `reported` is an end that the bot has not said to have received."""

    stage: Literal["waiting", "painting", "reported"]


class Beat(_Message):
    """An instance is alive."""

    protocol: int = PROTOCOL
    agent: Token
    instance: Token
    slots: int = Field(ge=0)  #: paintings at a time, of the devices that serve
    devices: tuple[Device, ...] = ()
    tasks: tuple[Task, ...] = ()
    is_draining: bool = False  #: takes no more
    is_leaving: bool = False  #: the last one: what it holds, but for what is reported, is given up


Message = TypeVar("Message", bound=BaseModel)

_word: TypeAdapter[Cancel | Revoke | Received | Again | Refused] = TypeAdapter(Word)


class _Envelope(BaseModel):
    protocol: int


def read_word(data: bytes) -> Cancel | Revoke | Received | Again | Refused:
    """What the bot says; raises BadMessage."""
    try:
        return _word.validate_json(data)
    except ValidationError as exc:
        raise BadMessage(str(exc)) from exc


def protocol_of(data: bytes) -> int:
    """The protocol's version that a beat is in, whatever else it says; raises BadMessage."""
    try:
        return _Envelope.model_validate_json(data).protocol
    except ValidationError as exc:
        raise BadMessage(str(exc)) from exc


def read(kind: type[Message], data: bytes) -> Message:
    """A message of this kind; raises BadMessage."""
    try:
        return kind.model_validate_json(data)
    except ValidationError as exc:
        raise BadMessage(str(exc)) from exc
