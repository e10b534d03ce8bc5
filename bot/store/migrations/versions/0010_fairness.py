"""Who waits for whom: a job's class, and what each requester has had of the renderers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column, an index of the queued jobs that has all their order is made of, and the table."""
    op.add_column("jobs", sa.Column("priority", sa.Integer, nullable=False, server_default="2"))
    op.create_index(
        "ix_jobs_queued",
        "jobs",
        ["requester", "created_at", "id", "priority", "estimate_s", "not_before", "status"],
        sqlite_where=sa.text("status = 'queued'"),
    )
    op.create_table(
        "usage",
        sa.Column("requester", sa.String, primary_key=True),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_index("ix_usage_at", "usage", ["at"])
