"""What a person may ask of a painting: one model for command line, API and chat."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

MIN_SIZE = 128
MAX_SIZE = 4096

#: Long edge in pixels where a job names none, by the kind of device that paints it.
DEFAULT_SIZE = {"cpu": 512, "mps": 768, "cuda": 1024}

Mode = Literal["paint", "dream"]
Quality = Literal["instant", "draft", "standard", "fine"]
Colours = Literal["style", "keep", "match"]
Initial = Literal["content", "noise", "picture"]
Pooling = Literal["max", "average"]
Optimiser = Literal["lbfgs", "adam"]

QUALITIES: tuple[Quality, ...] = get_args(Quality)

Weight = Annotated[float, Field(gt=0, le=1e6)]
#: Layers of the encoder with their weights among one another; a plain list of names means equal weights.
Layers = Annotated[
    dict[str, Weight],
    Field(min_length=1, max_length=16),
    BeforeValidator(lambda given: dict.fromkeys(given, 1.0) if isinstance(given, (list, tuple)) else given),
]


class RenderOptions(BaseModel):
    """Options of one painting; every field has a default, and None means "the renderer's own choice"."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    mode: Mode = Field(
        default="paint",
        description="`paint` one picture in the manner of another, or `dream`: let the encoder see things in it",
    )
    size: int | None = Field(
        default=None,
        ge=MIN_SIZE,
        le=MAX_SIZE,
        description="long edge of the painting in pixels; by default 512 on a CPU, 768 on an Apple GPU, 1024 on others",
    )
    strength: float = Field(
        default=0.8,
        ge=0,
        le=1,
        description="how much of the style: 0 keeps nearly all of the content, 1 lets the style dissolve it",
    )
    style_scale: float = Field(
        default=1.0,
        ge=0.25,
        le=4,
        description="size of the strokes: 2 paints them twice as large, 0.5 half as large",
    )
    colours: Colours = Field(
        default="style",
        description="`style`: the style's colours; `keep`: the content's, only brightness is painted; "
        "`match`: the content's, given to the style picture before painting",
    )
    quality: Quality = Field(
        default="standard", description="`instant` is there at once, `draft` soon, `fine` takes its time"
    )
    protect: float = Field(
        default=0.25,
        ge=0,
        le=1,
        description="how far faces and fine structure are kept from being dissolved",
    )
    seed: int = Field(default=0, ge=0, le=2**31 - 1, description="same seed, same machine: the same picture")

    # For the command line and for programs with a key, not for strangers in a chat: `EXPERT` below.
    iterations: int | None = Field(
        default=None,
        ge=1,
        le=2000,
        description="optimisation steps at the final size (of a dream: at each octave); by default as `quality` needs",
    )
    initial: Initial = Field(
        default="content", description="what the painting starts from: `content`, `noise`, or a `picture` that is given"
    )
    content_layers: Layers | None = Field(
        default=None, description="encoder layers that hold the content, with weights; by default relu4_2"
    )
    style_layers: Layers | None = Field(
        default=None, description="encoder layers that hold the style, with weights; by default relu1_1 … relu5_1"
    )
    pooling: Pooling = Field(default="max", description="how the encoder shrinks: `max`, or `average` as Gatys et al.")
    optimiser: Optimiser | None = Field(
        default=None, description="`lbfgs` or `adam`; by default lbfgs, whose memory is short above 1024 px"
    )
    learning_rate: float | None = Field(
        default=None, gt=0, le=10, description="step of the optimiser; by default 1 for lbfgs, 0.02 for adam"
    )
    history: int | None = Field(
        default=None, ge=1, le=100, description="steps that lbfgs remembers; by default 10, and 5 above 1024 px"
    )
    variation: float = Field(
        default=1.0, ge=0, le=100, description="how strongly pixel noise is smoothed; 0: not at all"
    )
    save_every: int | None = Field(
        default=None,
        ge=1,
        le=2000,
        description="also save the picture after every so many iterations",
    )

    # Of dreams alone: `DREAM` below.
    layer: str | None = Field(
        default=None,
        pattern=r"^relu[1-5]_[1-4]$",
        description="dream: encoder layer whose activity grows: shallow ones draw lines, deep ones creatures; "
        "by default relu4_3",
    )
    octaves: int | None = Field(
        default=None, ge=1, le=12, description="dream: number of scales, coarse to fine; by default 4"
    )

    @model_validator(mode="after")
    def _of_its_mode(self) -> RenderOptions:
        foreign = PAINT if self.mode == "dream" else DREAM
        fields = type(self).model_fields
        alien = [name for name in fields if name in foreign and getattr(self, name) != fields[name].default]
        if alien:
            raise ValueError(f"{' and '.join(alien)}: for mode {'paint' if self.mode == 'dream' else 'dream'} only")
        if self.is_instant:
            idle = [name for name in fields if name in EXPERT and getattr(self, name) != fields[name].default]
            if idle:
                raise ValueError(f"{' and '.join(idle)}: not with quality instant, which takes no steps")
        return self

    @property
    def is_instant(self) -> bool:
        """Whether the picture is painted in a pass or two, without optimisation; dreams never are."""
        return self.mode == "paint" and self.quality == "instant"


#: Options for the command line and keyed programs only.
EXPERT = frozenset(
    {
        "iterations", "initial", "content_layers", "style_layers", "pooling", "optimiser", "learning_rate", "history",
        "variation", "save_every",
    }
)  # fmt: skip
#: Options that only one mode knows.
DREAM = frozenset({"layer", "octaves"})
PAINT = frozenset(
    {
        "style_scale", "colours", "protect", "initial", "content_layers", "style_layers", "optimiser", "learning_rate",
        "history", "variation",
    }
)  # fmt: skip


def default_size(device: str) -> int:
    """Long edge in pixels for a device name such as ``cpu``, ``cuda:1`` or ``mps``."""
    return DEFAULT_SIZE.get(device.split(":")[0], DEFAULT_SIZE["cpu"])
