"""Jobs, the blobs that they refer to, and the outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("adapter", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("requester", sa.String, nullable=False),
        sa.Column("content", sa.String, nullable=False),
        sa.Column("styles", sa.JSON, nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("deliveries", sa.Integer, nullable=False),
        sa.Column("started_at", sa.Float),
        sa.Column("ended_at", sa.Float),
        sa.Column("result", sa.String),
        sa.Column("result_info", sa.JSON),
        sa.Column("estimate_s", sa.Float, nullable=False),
        sa.Column("not_before", sa.Float, nullable=False),
        sa.Column("cancel_requested", sa.Boolean, nullable=False),
        sa.UniqueConstraint("adapter", "source", name="uq_jobs_adapter_source"),
    )
    op.create_index("ix_jobs_status_created_at", "jobs", ["status", "created_at"])
    op.create_index("ix_jobs_requester", "jobs", ["requester"])
    op.create_index("ix_jobs_started_at", "jobs", ["started_at"])
    op.create_table(
        "blob_refs",
        sa.Column("job", sa.String, sa.ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("blob", sa.String, nullable=False),
        sa.Column("requester", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("job", "role", "blob"),
    )
    op.create_index("ix_blob_refs_blob", "blob_refs", ["blob"])
    op.create_index("ix_blob_refs_requester", "blob_refs", ["requester"])
    op.create_table(
        "outbox",
        sa.Column("job", sa.String, sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("due_at", sa.Float, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("message_id", sa.String),
        sa.Column("last_error", sa.String),
    )
    op.create_index("ix_outbox_state_due_at", "outbox", ["state", "due_at"])
