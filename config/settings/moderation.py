"""Which pictures are looked at."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from config.settings.group import Group, Names

_PLATFORMS = ("x", "web", "telegram")


class ModerationSettings(Group):
    """Which pictures are looked at before they are painted from or sent."""

    adapters: Names = Field(
        default=("x",),
        description="platforms whose pictures are looked at before anything is painted or sent: `x`, `web`, "
        "`telegram`; `none` switches it off",
    )
    # Stands before doubt_above, whose validator needs its value.
    refuse_above: float = Field(default=0.8, ge=0, le=1, description="score above which a picture is refused")
    doubt_above: float = Field(
        default=0.2, ge=0, le=1, description="score above which a picture is in doubt, at most `refuse_above`"
    )
    in_doubt: Literal["allow", "refuse"] = Field(default="allow", description="what becomes of a picture in doubt")

    @field_validator("adapters")
    @classmethod
    def _known(cls, adapters: tuple[str, ...]) -> tuple[str, ...]:
        # A misspelt name would leave a platform's pictures unlooked-at, and nobody would know.
        for adapter in adapters:
            if adapter not in (*_PLATFORMS, "none"):
                raise ValueError(f"“{adapter}” is no platform; there are {', '.join(_PLATFORMS)}, and none for none")
        if "none" in adapters and len(adapters) > 1:
            raise ValueError("“none” stands alone")
        return adapters

    @field_validator("doubt_above")
    @classmethod
    def _below_refusal(cls, doubt_above: float, info: ValidationInfo) -> float:
        # Only where it is given: with a `refuse_above` below the default there is simply no doubt.
        refuse_above = info.data.get("refuse_above", 1)
        if doubt_above > refuse_above:
            raise ValueError(f"doubt begins below refusal, and ATELIER_MODERATION__REFUSE_ABOVE is {refuse_above:g}")
        return doubt_above
