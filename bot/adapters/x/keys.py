"""The four keys of the bot's account."""

from __future__ import annotations

from bot.errors import AdapterDown
from config.settings import XSettings


def check_keys(settings: XSettings) -> None:
    """Raise AdapterDown unless all four keys are set."""
    names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
    missing = [f"ATELIER_X__{name.upper()}" for name in names if getattr(settings, name) is None]
    if missing:
        raise AdapterDown(f"all four keys are needed; set {', '.join(missing)} as well")
