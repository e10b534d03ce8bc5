"""What the bot and the renderer say to one another, and how it is framed on the wire.

A frame is a four-byte big-endian length followed by that many bytes of JSON, at most `MAX_FRAME` bytes. Every
frame about a job carries its id and attempt, so that one child may hold several jobs. Pictures travel as file
paths, but for previews, which are small enough to travel inside.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from renderer.options import RenderOptions

#: A job's id: part of file names, and of subjects and addresses elsewhere.
JobId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
#: How often a job was begun or handed over.
Count = Annotated[int, Field(ge=0, le=2**31)]
#: A length in pixels.
Length = Annotated[int, Field(ge=1, le=1 << 16)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
#: What a person reads; the rest of a longer one is cut off.
Sentence = Annotated[str, AfterValidator(lambda text: text[:500])]

#: A longer frame means that the peer is broken; reading on would only cost memory.
MAX_FRAME = 1 << 20
#: Previews are JPEGs below this size, so that any transport can carry them inside a message.
MAX_PREVIEW = 50_000
#: Long edge of a preview in pixels, at most.
PREVIEW_EDGE = 384


class _Frame(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")


class FailureReason(StrEnum):
    """Why a painting ended without a picture."""

    CANCELLED = "cancelled"  #: somebody asked for it
    OUT_OF_MEMORY = "out_of_memory"  #: the device has too little for this size
    BAD_INPUT = "bad_input"  #: the renderer could not use a picture or an option
    NO_ROOM = "no_room"  #: the disk is full
    RENDERER_DIED = "renderer_died"  #: the child crashed, hung or was killed while it held the job
    POISONED = "poisoned"  #: the job was delivered too often without an end
    INTERNAL = "internal"  #: an error of ours; the log has it whole


# ---- to the renderer


class StyleInput(_Frame):
    """One style picture with its weight among the styles; pictures are paths for the child, blob names for a pool.

    `mask`, of the content's shape, is white where this style goes and black where it does not.
    """

    picture: str
    weight: float = Field(default=1.0, gt=0)
    mask: str | None = None


class Paint(_Frame):
    """Paint `content` in the manner of `styles` and write the picture to `output` (a PNG; temp, fsync, rename).

    A dream has no styles. `initial` is the picture to start from where the options say so. `frames` is where the
    frames of a time-lapse go (a ZIP of JPEGs, written like the output), None for none; `steps` a folder for the
    pictures of `save_every`.
    """

    kind: Literal["paint"] = "paint"
    job: str
    attempt: int
    delivery: int
    content: str
    styles: tuple[StyleInput, ...]
    initial: str | None = None
    output: str
    frames: str | None = None
    steps: str | None = None
    options: RenderOptions


class Glimpse(_Frame):
    """Show soon how a job that still waits will look, in a `Progress` at a fraction of 0; or never, where it cannot.

    Pictures are given as for `Paint`.
    """

    kind: Literal["glimpse"] = "glimpse"
    job: str
    attempt: int
    delivery: int
    content: str
    styles: tuple[StyleInput, ...]
    options: RenderOptions


class Cancel(_Frame):
    """Stop a job at its next evaluation; with `keep`, write what there is and end it as done."""

    kind: Literal["cancel"] = "cancel"
    job: str
    attempt: int
    keep: bool = False


# ---- from the renderer


class Ready(_Frame):
    """The child has loaded its encoder and takes jobs."""

    kind: Literal["ready"] = "ready"
    device: str  #: torch's name: ``cpu``, ``cuda:0``, ``mps``
    device_name: str  #: what a person would call it
    encoder: str  #: name and short hash of the weights
    memory_total: int | None = None  #: bytes of the device's own memory; None where it has none, or does not tell
    can_glimpse: bool = False  #: whether a `Glimpse` is of any use: the instant painter knows this encoder
    peers: tuple[str, ...] = ()  #: further devices of this machine, where the device was chosen by ``auto``


class Unready(_Frame):
    """The child cannot serve (no weights, no such device) and ends; `reason` is for the operator."""

    kind: Literal["unready"] = "unready"
    reason: str


class Tick(_Frame):
    """A sign of life after every evaluation, and every tile of a large picture; the watchdog's only food."""

    kind: Literal["tick"] = "tick"
    job: str
    attempt: int


class Memory(_Frame):
    """How much memory the child takes: every second or so while it paints, and when it has nothing to paint."""

    kind: Literal["memory"] = "memory"
    used: int = Field(ge=0)  #: bytes, of the device where that has memory of its own, else of the process


class _JobEvent(_Frame):
    job: JobId
    attempt: Count
    delivery: Count
    worker: str = Field(default="", max_length=100)  #: who paints, set by the pool


class Started(_JobEvent):
    """The job is being handed to a worker; consumed (stored) before the worker sees the picture."""

    kind: Literal["started"] = "started"


class Progress(_JobEvent):
    """How far a painting is; may be lost. `preview` is a JPEG of at most `MAX_PREVIEW` bytes, or None."""

    kind: Literal["progress"] = "progress"
    fraction: float = Field(ge=0, le=1)
    loss: Finite | None = None
    preview: bytes | None = None


class Done(_JobEvent):
    """The picture is stored. `result` and `frames` are paths when a child says it and blob names when a pool does."""

    kind: Literal["done"] = "done"
    result: str
    width: Length
    height: Length
    seconds: float = Field(ge=0, le=1e7)
    iterations: Count
    losses: dict[str, Finite] = Field(max_length=20)
    device: str = Field(pattern=r"^(cpu|cuda|mps)(:[0-9]{1,3})?$")
    encoder: str = Field(default="", max_length=80)  #: name and short hash of the weights
    options: RenderOptions = RenderOptions()  #: as painted: `size` and what else was the renderer's choice filled in
    #: What its owner should know: made smaller for want of memory, …
    notes: tuple[Sentence, ...] = Field(default=(), max_length=20)
    stopped_early: bool = False
    frames: str | None = None

    def facts(self) -> dict[str, Any]:
        """What is worth keeping and telling of a painting beside the picture itself, for JSON."""
        return self.model_dump(
            mode="json", exclude={"kind", "job", "attempt", "delivery", "worker", "result", "frames"}
        )


class Failed(_JobEvent):
    """The painting ended without a picture.

    `detail` is for logs and admins; that of BAD_INPUT is a sentence for whoever asked, or empty.
    """

    kind: Literal["failed"] = "failed"
    reason: FailureReason
    detail: Sentence = ""


Event = Started | Progress | Done | Failed
ToChild = Annotated[Paint | Glimpse | Cancel, Field(discriminator="kind")]
FromChild = Annotated[Ready | Unready | Tick | Memory | Started | Progress | Done | Failed, Field(discriminator="kind")]

T = TypeVar("T")

_to_child: TypeAdapter[Paint | Glimpse | Cancel] = TypeAdapter(ToChild)
_from_child: TypeAdapter[Ready | Unready | Tick | Memory | Event] = TypeAdapter(FromChild)


class BrokenFrame(ValueError):
    """The peer sent something that is no frame of this protocol."""


def pack(message: BaseModel) -> bytes:
    """One message as a frame, ready to be written.

    Raises BrokenFrame when it would be longer than `MAX_FRAME`.
    """
    body = message.model_dump_json().encode()
    if len(body) > MAX_FRAME:
        raise BrokenFrame(f"a {type(message).__name__} of {len(body)} bytes is over the frame limit of {MAX_FRAME}")
    return len(body).to_bytes(4, "big") + body


def body_length(header: bytes) -> int:
    """Length in bytes that a four-byte header announces; raises BrokenFrame above `MAX_FRAME`."""
    length = int.from_bytes(header, "big")
    if length > MAX_FRAME:
        raise BrokenFrame(f"a frame of {length} bytes was announced, over the limit of {MAX_FRAME}")
    return length


def parse_to_child(body: bytes) -> Paint | Glimpse | Cancel:
    """A message for the child out of a frame's body; raises BrokenFrame when it is none."""
    return _parse(_to_child, body)


def parse_from_child(body: bytes) -> Ready | Unready | Tick | Memory | Event:
    """A message of the child out of a frame's body; raises BrokenFrame when it is none."""
    return _parse(_from_child, body)


def _parse(adapter: TypeAdapter[T], body: bytes) -> T:
    try:
        return adapter.validate_json(body)
    except ValueError as exc:
        raise BrokenFrame(f"not a frame of this protocol: {exc}") from exc
