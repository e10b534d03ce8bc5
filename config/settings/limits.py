"""What is accepted, and from whom."""

from __future__ import annotations

from pydantic import Field

from config.settings.group import Group, Names


class LimitsSettings(Group):
    """What is accepted from people."""

    picture_mb: float = Field(default=20, gt=0, le=200, description="heaviest picture in megabytes (10⁶ bytes)")
    picture_mp: float = Field(default=50, gt=0, le=500, description="largest picture in megapixels")
    picture_min_side: int = Field(default=32, ge=1, description="least side of a picture in pixels")
    picture_max_ratio: float = Field(default=20, ge=1, description="longest side over shortest, at most")
    picture_edge: int = Field(
        default=4096, ge=256, le=16384, description="long edge in pixels to which larger pictures are reduced at intake"
    )
    decode_timeout_s: float = Field(default=20, gt=0, description="seconds that decoding one picture may take")
    decode_cpu_s: int = Field(
        default=5, ge=1, description="seconds of a processor that it may take; a slow machine may need more"
    )
    decode_memory_mb: int = Field(
        default=370, ge=256, description="memory in megabytes that decoding one picture may take"
    )
    open_jobs_per_requester: int = Field(default=3, ge=1, description="open jobs one person may have")
    open_jobs: int = Field(default=200, ge=1, description="open jobs in all")
    max_render_s: float = Field(default=600, gt=0, description="estimated render seconds above which a job is refused")
    jobs_per_hour: int = Field(default=60, ge=0, description="jobs of one person within an hour")
    jobs_per_day: int = Field(default=300, ge=0, description="jobs of one person within a day")
    group_jobs_per_hour: int = Field(default=120, ge=0, description="jobs from one group within an hour")
    group_jobs_per_day: int = Field(default=600, ge=0, description="jobs from one group within a day")
    address_jobs_per_hour: int = Field(
        default=240, ge=0, description="jobs without a key from one address (IPv6: /64) within an hour"
    )
    address_jobs_per_day: int = Field(
        default=1200, ge=0, description="jobs without a key from one address (IPv6: /64) within a day"
    )
    pending_s: float = Field(
        default=1800, gt=0, description="seconds a bot keeps a picture that waits for its style or content"
    )


class AccessSettings(Group):
    """Who may order."""

    allow_list: bool = Field(default=False, description="let nobody order but those in `allowed`, and the bots' admins")
    allowed: Names = Field(
        default=(), description="people and groups such as `telegram:123`, or a whole platform: `web`"
    )
