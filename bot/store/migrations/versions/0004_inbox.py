"""What platforms have handed over and nobody has dealt with yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("adapter", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("requester", sa.String),
        sa.Column("body", sa.JSON),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.UniqueConstraint("adapter", "key", name="uq_inbox_adapter_key"),
    )
    op.create_index("ix_inbox_requester", "inbox", ["requester"])
    op.create_index("ix_inbox_at", "inbox", ["at"])
