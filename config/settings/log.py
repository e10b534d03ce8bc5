"""How the service tells what it does."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from config.settings.group import Group


class LogSettings(Group):
    """How the service tells what it does."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="least level that is logged"
    )
    format: Literal["auto", "console", "json"] = Field(
        default="auto", description="readable lines, one JSON object a line, or `auto`: readable on a terminal"
    )
