"""What Alembic runs for every command; the caller hands over its open connection."""

from __future__ import annotations

from alembic import context

from bot.store.tables import metadata

# SQLite changes a table by copying it, which Alembic calls a batch; its DDL is transactional once BEGIN is ours.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
