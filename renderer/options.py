"""What a person may ask of a painting: one model for command line, API and chat."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

MIN_SIZE = 128
MAX_SIZE = 4096

#: Long edge in pixels where a job names none, by the kind of device that paints it.
DEFAULT_SIZE = {"cpu": 512, "mps": 768, "cuda": 1024}


class RenderOptions(BaseModel):
    """Options of one painting; every field has a default, and None means "the renderer's own choice"."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    size: int | None = Field(
        default=None,
        ge=MIN_SIZE,
        le=MAX_SIZE,
        description="long edge of the painting in pixels; by default 512 on a CPU, 1024 on a GPU",
    )
    strength: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="how much of the style: 0 keeps nearly all of the content, 1 lets the style dissolve it",
    )
    iterations: int | None = Field(
        default=None,
        ge=1,
        le=2000,
        description="optimisation steps at the final size; by default what the size needs",
    )
    seed: int = Field(default=0, ge=0, le=2**31 - 1, description="same seed, same machine: the same picture")


def default_size(device: str) -> int:
    """Long edge in pixels for a device name such as ``cpu``, ``cuda:1`` or ``mps``."""
    return DEFAULT_SIZE.get(device.split(":")[0], DEFAULT_SIZE["cpu"])
