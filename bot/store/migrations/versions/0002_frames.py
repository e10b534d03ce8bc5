"""What a job leaves beside its painting: the frames of a time-lapse, and what its requester is to be told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns, empty for the jobs that there are."""
    op.add_column("jobs", sa.Column("frames", sa.String))
    op.add_column("jobs", sa.Column("explanation", sa.String))
    op.add_column("jobs", sa.Column("too_large", sa.Integer))
