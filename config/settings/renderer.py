"""Who paints: the renderers of this machine, and the way to those of others."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from config.settings.group import Group, Secret


class RendererSettings(Group):
    """The process that owns the device."""

    device: str = Field(
        default="auto",
        pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$",
        examples=["auto", "cpu", "mps", "cuda", "cuda:1"],
        description="`auto`, `cpu`, `mps`, `cuda` or `cuda:N`; `auto` takes every CUDA device, else mps, else the CPU",
    )
    encoder: Literal["vgg16", "vgg19"] = Field(
        default="vgg16", description="`vgg16` (61 MB through pip) or `vgg19` (548 MB from PyTorch's host)"
    )
    weights_dir: Path | None = Field(
        default=None, description="folder of the encoder's weights; else `DATA_DIR/weights`"
    )
    threads: int | None = Field(default=None, ge=1, le=1024, description="CPU threads of a renderer; else one per core")
    ready_timeout_s: float = Field(default=180, gt=0, description="seconds a renderer may take to load")
    tick_timeout_s: float = Field(
        default=60, gt=0, description="seconds a busy renderer may be silent before it is replaced"
    )
    cancel_timeout_s: float = Field(
        default=10, gt=0, description="seconds a renderer may take to obey a cancel before it is replaced"
    )
    confined: bool = Field(
        default=True,
        description="keep the network and other files from renderers, decoders and the like, where Linux can do that",
    )


class NatsSettings(Group):
    """How the NATS servers in `pools` are spoken to, by the bot and by its agents (docs/scale.md)."""

    user: str | None = Field(
        default=None, examples=["bot", "gpu1"], description="name of the bot, or of the agent, at the server"
    )
    password: Secret | None = Field(default=None, description="its password there")
    tls_ca: Path | None = Field(
        default=None,
        description="certificate (PEM) of who signed that of a `tls://` server, where unknown here",
    )
    lease_s: float = Field(
        default=30, ge=2, le=3600, description="seconds an agent may be silent before others are given what it had"
    )
