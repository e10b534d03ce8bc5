"""People: where and in which language they ask, their settings, quotas and votes, and what they have sent so far."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns, empty for the jobs that there are, and the tables."""
    op.add_column("jobs", sa.Column("place", sa.String))
    op.add_column("jobs", sa.Column("language", sa.String))
    op.create_table("addresses", _job(primary_key=True), sa.Column("address", sa.JSON, nullable=False))
    op.create_table(
        "votes",
        _job(),
        sa.Column("requester", sa.String, nullable=False),
        sa.Column("value", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("job", "requester"),
    )
    op.create_index("ix_votes_requester", "votes", ["requester"])
    op.create_table(
        "accepted",
        sa.Column("requester", sa.String, nullable=False),
        sa.Column("place", sa.String),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_index("ix_accepted_requester_at", "accepted", ["requester", "at"])
    op.create_index("ix_accepted_place_at", "accepted", ["place", "at"])
    op.create_index("ix_accepted_at", "accepted", ["at"])
    op.create_table(
        "accounts",
        sa.Column("requester", sa.String, primary_key=True),
        sa.Column("language", sa.String),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("banned", sa.String),
        sa.Column("allowed", sa.Boolean, nullable=False),
        sa.Column("per_hour", sa.Integer),
        sa.Column("per_day", sa.Integer),
    )
    op.create_table(
        "places",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("others_may_press", sa.Boolean, nullable=False),
    )
    op.create_table(
        "pending",
        sa.Column("requester", sa.String, nullable=False),
        sa.Column("place", sa.String, nullable=False),
        sa.Column("pictures", sa.JSON, nullable=False),
        sa.Column("words", sa.String, nullable=False),
        sa.Column("address", sa.JSON, nullable=False),
        sa.Column("kept_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("requester", "place"),
    )
    op.create_table(
        "switches",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.JSON, nullable=False),
    )


def _job(primary_key: bool = False) -> sa.Column[str]:
    job = sa.ForeignKey("jobs.id", ondelete="CASCADE")
    return sa.Column("job", sa.String, job, nullable=False, primary_key=primary_key)
