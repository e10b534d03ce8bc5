"""What admins have done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("verb", sa.String, nullable=False),
        sa.Column("arguments", sa.String, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("said", sa.String, nullable=False),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
