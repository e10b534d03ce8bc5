"""How the settings start a renderer child."""

from __future__ import annotations

from pathlib import Path

from config.confinement import Reach
from config.settings import Settings
from renderer.supervisor import ChildSpec, Patience


def child_of(settings: Settings, pictures: Path, made: Path) -> tuple[ChildSpec, Patience]:
    """What a child is started with, and how long it may take for each thing.

    It reads from the folder `pictures`, and writes into `made`, both with all that is in them.
    """
    renderer = settings.renderer
    reach = Reach((str(pictures.absolute()),), (str(made.absolute()),)) if renderer.confined else None
    return (
        ChildSpec(settings.weights_dir, renderer.device, renderer.encoder, renderer.threads, reach),
        Patience(renderer.ready_timeout_s, renderer.tick_timeout_s, renderer.cancel_timeout_s),
    )
