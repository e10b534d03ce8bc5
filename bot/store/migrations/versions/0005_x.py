"""The X bot: who has opted out, what calls have cost, which painting a post is, and what admins should know."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column, false for everybody, the index and the tables."""
    op.add_column("accounts", sa.Column("opted_out", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_index("ix_outbox_message_id", "outbox", ["message_id"])
    op.create_table(
        "spending",
        sa.Column("platform", sa.String, nullable=False),
        sa.Column("day", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("micros", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("platform", "day", "kind"),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
    )
