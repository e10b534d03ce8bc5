"""How the settings start a renderer child."""

from __future__ import annotations

from config.settings import Settings
from renderer.supervisor import ChildSpec, Patience


def child_of(settings: Settings) -> tuple[ChildSpec, Patience]:
    """What a child is started with, and how long it may take for each thing."""
    renderer = settings.renderer
    return (
        ChildSpec(settings.weights_dir, renderer.device, renderer.encoder, renderer.threads),
        Patience(renderer.ready_timeout_s, renderer.tick_timeout_s, renderer.cancel_timeout_s),
    )
