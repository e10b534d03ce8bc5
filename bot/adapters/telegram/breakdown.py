"""How a painting was made, for who presses Breakdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.adapters.telegram.critic import review
from bot.adapters.telegram.results import style_of
from bot.gallery import Gallery
from bot.jobs import Job
from bot.replies import duration
from bot.texts import Said, phrase, together
from renderer.options import DREAM, EXPERT, PAINT, RenderOptions

#: What nobody asks for, or is said in a line of its own.
_UNSAID = EXPERT | {"mode", "seed"}


def breakdown(job: Job, facts: Mapping[str, Any], address: Mapping[str, Any], gallery: Gallery) -> Said:
    """Style, options, seed, losses and seconds, and what the critic says; `facts` as of `Desk.facts`."""
    lines = [
        phrase("breakdown-head", id=job.id[:8]),
        phrase("breakdown-style", style=style_of(job, address, gallery)),
        phrase("breakdown-options", options=_as_words(facts["options"])),
        phrase("breakdown-seed", seed=facts["options"]["seed"]),
        phrase("breakdown-size", width=facts.get("width", 0), height=facts.get("height", 0)),
        phrase("breakdown-time", time=duration(facts.get("seconds", 0)), steps=facts.get("iterations", 0)),
    ]
    if losses := facts.get("losses"):
        told = ", ".join(f"{name} {loss:.3g}" for name, loss in losses.items())
        lines.append(phrase("breakdown-losses", losses=told))
    if encoder := facts.get("encoder"):
        lines.append(phrase("breakdown-encoder", encoder=encoder, device=facts.get("device", "")))
    return together(together(*lines, by="\n"), phrase("breakdown-critic", review=review(job)), by="\n\n")


def _as_words(options: Mapping[str, Any]) -> str:
    """The options as they are typed, so that they can be sent again as they stand."""
    foreign = PAINT if options.get("mode") == "dream" else DREAM
    words = ["dream"] if options.get("mode") == "dream" else []
    for name in RenderOptions.model_fields:
        if name not in _UNSAID | foreign and options.get(name) is not None:
            words.append(f"{'scale' if name == 'style_scale' else name}={options[name]}")
    return " ".join(words)
