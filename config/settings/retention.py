"""How long things are kept."""

from __future__ import annotations

from pydantic import Field, ValidationInfo, field_validator

from config.settings.group import Group


class RetentionSettings(Group):
    """How long things are kept, and how much of the disk is left free."""

    # No 0: some would mean “not at all” by it, others “for ever”.
    inputs_days: float = Field(
        default=7, gt=0, le=36500, description="days that the pictures of an ended job are kept, for its buttons"
    )
    results_days: float = Field(
        default=7, gt=0, le=36500, description="days that a painting and its time-lapse can be had once more"
    )
    # Stands after the others, whose values its validator needs.
    history_days: float = Field(
        default=90,
        gt=0,
        le=36500,
        validate_default=True,
        description="days that an ended job itself is remembered, no fewer than its pictures; 36500 are for ever",
    )
    audit_days: float = Field(
        default=365, gt=0, le=36500, description="days that what admins did is remembered; 36500 are for ever"
    )
    waiting_hours: float = Field(
        default=48,
        gt=0,
        le=876000,
        description="hours a job may wait to be painted before it is given up; a pause or a restart begins them anew",
    )
    low_disk_mb: float = Field(
        default=1000,
        ge=0,
        description="free megabytes (10⁶ bytes) on the disk of `DATA_DIR` below which nothing is taken in until a "
        "fifth more are free",
    )

    @field_validator("history_days")
    @classmethod
    def _as_long_as_pictures(cls, history_days: float, info: ValidationInfo) -> float:
        for name in ("inputs_days", "results_days"):
            days = info.data.get(name, 0)
            if history_days < days:
                raise ValueError(
                    "a job is remembered at least as long as its pictures are kept, "
                    f"and ATELIER_RETENTION__{name.upper()} is {days:g}"
                )
        return history_days

    @property
    def closing_bytes(self) -> float:
        """Free bytes below which nothing is taken in."""
        return self.low_disk_mb * 1e6

    @property
    def opening_bytes(self) -> float:
        """Free bytes from which on it is again: more, lest each painting that is removed open the door for one."""
        return self.closing_bytes * 1.2
