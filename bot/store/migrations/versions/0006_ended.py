"""Retention: ended jobs are found by when they ended."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_jobs_ended_at", "jobs", ["ended_at", "id"])
