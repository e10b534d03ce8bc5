"""A requester's jobs are read page by page, the newest first."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Let the index have their order."""
    op.drop_index("ix_jobs_requester", "jobs")
    op.create_index("ix_jobs_requester_created_at", "jobs", ["requester", "created_at", "id"])
