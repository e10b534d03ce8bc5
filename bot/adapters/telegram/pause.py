"""What people are told while nothing new is painted."""

from __future__ import annotations

from bot.adapters.telegram.services import Services
from bot.texts import Phrase, phrase, verbatim


async def pause_note(services: Services) -> Phrase | None:
    """The operator's reason; None where there is no pause."""
    paused = await services.switches.get("paused")
    return None if paused is None else phrase("painting-paused", reason=verbatim(paused.get("reason", "")))
