"""The tables, as the newest migration leaves them.

Times are Unix seconds. What a `bot.jobs.Job` holds stands in columns of the same names; the other columns of
`jobs` are the queue's own book-keeping.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)

metadata = MetaData()

jobs = Table(
    "jobs",
    metadata,
    Column("id", String, primary_key=True),
    Column("adapter", String, nullable=False),
    Column("source", String, nullable=False),
    Column("requester", String, nullable=False),
    Column("content", String, nullable=False),
    Column("styles", JSON, nullable=False),
    Column("options", JSON, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("status", String, nullable=False),
    Column("reason", String),
    Column("attempt", Integer, nullable=False),
    Column("deliveries", Integer, nullable=False),
    Column("started_at", Float),
    Column("ended_at", Float),
    Column("result", String),
    Column("result_info", JSON(none_as_null=True)),
    Column("estimate_s", Float, nullable=False),  # render seconds expected when it was accepted
    Column("not_before", Float, nullable=False),  # a retry waits until then
    # Remembered until the job ends, so that a worker's death after the cancel does not bring it back.
    Column("cancel_requested", Boolean, nullable=False),
    Column("frames", String),
    Column("explanation", String),
    Column("too_large", Integer),
    Column("place", String),
    Column("language", String),
    Column("priority", Integer, nullable=False, server_default="2"),  # `bot.jobs.Priority`
    UniqueConstraint("adapter", "source", name="uq_jobs_adapter_source"),
    Index("ix_jobs_status_created_at", "status", "created_at"),
    Index("ix_jobs_requester_created_at", "requester", "created_at", "id"),
    Index("ix_jobs_started_at", "started_at"),
    Index("ix_jobs_ended_at", "ended_at", "id"),
    # All that the order of the queue is made of (`bot.store.order`): the rows themselves are wide.
    Index(
        "ix_jobs_queued",
        *("requester", "created_at", "id", "priority", "estimate_s", "not_before", "status"),
        sqlite_where=text("status = 'queued'"),
    ),
)

#: Render seconds that each requester has had, as they counted at `at`; they fade (`bot.store.order`). An erasure leaves
#: them, else it would bring to the front; a day later they are gone.
usage = Table(
    "usage",
    metadata,
    Column("requester", String, primary_key=True),
    Column("seconds", Float, nullable=False),
    Column("at", Float, nullable=False),
    Index("ix_usage_at", "at"),
)

#: Who refers to a blob, and as what: `content`, `style`, `mask`, `result` or `frames`. A blob lives as long as its last
#: reference.
blob_refs = Table(
    "blob_refs",
    metadata,
    Column("job", String, ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("role", String, nullable=False),
    Column("blob", String, nullable=False),
    Column("requester", String, nullable=False),
    PrimaryKeyConstraint("job", "role", "blob"),
    Index("ix_blob_refs_blob", "blob"),
    Index("ix_blob_refs_requester", "requester"),
)

#: Where a job's reply goes, in its adapter's own words.
addresses = Table(
    "addresses",
    metadata,
    Column("job", String, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("address", JSON, nullable=False),
)

#: What people think of paintings: 1 or -1.
votes = Table(
    "votes",
    metadata,
    Column("job", String, ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("requester", String, nullable=False),
    Column("value", Integer, nullable=False),
    PrimaryKeyConstraint("job", "requester"),
    Index("ix_votes_requester", "requester"),
)

#: When jobs of the last day were accepted. Not asked of `jobs`, since an erasure would begin everybody's quota anew.
accepted = Table(
    "accepted",
    metadata,
    Column("requester", String, nullable=False),
    Column("place", String),
    Column("at", Float, nullable=False),
    Column("network", String),  # where it came from, as a hash
    Index("ix_accepted_requester_at", "requester", "at"),
    Index("ix_accepted_place_at", "place", "at"),
    Index("ix_accepted_at", "at"),
    Index("ix_accepted_network_at", "network", "at"),
)

#: What is known of a requester, or of a place: their own settings, and what the operator has decided about them.
accounts = Table(
    "accounts",
    metadata,
    Column("requester", String, primary_key=True),
    Column("language", String),
    Column("options", JSON, nullable=False),
    Column("banned", String),
    Column("allowed", Boolean, nullable=False),
    Column("per_hour", Integer),
    Column("per_day", Integer),
    # They have asked not to be answered any more; an erasure does not change that.
    Column("opted_out", Boolean, nullable=False, server_default=false()),
)

places = Table(
    "places",
    metadata,
    Column("id", String, primary_key=True),
    Column("others_may_press", Boolean, nullable=False),
)

#: What somebody has sent and not completed yet.
pending = Table(
    "pending",
    metadata,
    Column("requester", String, nullable=False),
    Column("place", String, nullable=False),
    Column("pictures", JSON, nullable=False),
    Column("words", String, nullable=False),
    Column("address", JSON, nullable=False),
    Column("kept_at", Float, nullable=False),
    PrimaryKeyConstraint("requester", "place"),
)

#: What adapters were handed, in the order in which it came, until it is dealt with. Then only the key stays for a
#: while, by which a platform's repetition is known.
inbox = Table(
    "inbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("adapter", String, nullable=False),
    Column("key", String, nullable=False),
    Column("requester", String),
    Column("body", JSON(none_as_null=True)),
    Column("at", Float, nullable=False),
    Column("tries", Integer, nullable=False),  # starts that have taken it up
    UniqueConstraint("adapter", "key", name="uq_inbox_adapter_key"),
    Index("ix_inbox_requester", "requester"),
    Index("ix_inbox_at", "at"),
)

#: What is set while the service runs, by name: ``paused`` and ``drained`` by the operator, ``disk-full`` by the watch
#: over the disk, ``x-cursor`` by the X bot, ``restored`` by `bot.store.snapshot`.
switches = Table(
    "switches",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", JSON, nullable=False),
)


class ReplyState(StrEnum):
    """How far a reply in the outbox is."""

    READY = "ready"  #: to be sent when due
    SENDING = "sending"  #: handed to the platform; found in this state later, nobody knows whether it went out
    SENT = "sent"  #: confirmed
    REFUSED = "refused"  #: the platform will never take it
    UNCERTAIN = "uncertain"  #: perhaps sent; never sent again by itself


#: One reply for each job that has come to an end, written together with that end.
outbox = Table(
    "outbox",
    metadata,
    Column("job", String, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("state", String, nullable=False),
    Column("due_at", Float, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("message_id", String),
    Column("last_error", String),
    Index("ix_outbox_state_due_at", "state", "due_at"),
    Index("ix_outbox_message_id", "message_id"),
)

#: What a platform that charges was paid, by day (UTC, ``2026-11-27``) and kind of call; in millionths of a dollar.
spending = Table(
    "spending",
    metadata,
    Column("platform", String, nullable=False),
    Column("day", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("micros", Integer, nullable=False),
    PrimaryKeyConstraint("platform", "day", "kind"),
)

#: The keys of programs, each as the SHA-256 of its text; revoked ones stay, since jobs are theirs.
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("hash", String, nullable=False),
    Column("scopes", JSON, nullable=False),
    # In the clear, since what is sent is signed with it.
    Column("webhook_secret", String, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float),
    Column("last_used_at", Float),
    Column("revoked_at", Float),
    UniqueConstraint("hash", name="uq_api_keys_hash"),
)


class WebhookState(StrEnum):
    """How far a webhook is."""

    WAITING = "waiting"  #: its job has not ended
    DUE = "due"  #: to be sent at `due_at`
    SENT = "sent"  #: the receiver has confirmed it
    GIVEN_UP = "given_up"  #: the receiver wants none, was not reached in all tries, or the key is revoked


#: Where a program wants to be told of its job's end. The address is forgotten once that is settled.
webhooks = Table(
    "webhooks",
    metadata,
    Column("job", String, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("url", String, nullable=False),
    Column("state", String, nullable=False),
    Column("due_at", Float, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("last_error", String),
    Index("ix_webhooks_state_due_at", "state", "due_at"),
)

#: What admins should know, in the order in which it happened.
notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("kind", String, nullable=False),
    Column("text", String, nullable=False),
)


class Outcome(StrEnum):
    """What became of an admin's act."""

    UNFINISHED = "unfinished"  #: it is under way, or a crash or an error of ours cut it short
    OK = "ok"
    REFUSED = "refused"


#: What admins have done and tried to do, in the order in which they did. Each is noted before it is done.
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("by", String, nullable=False),
    Column("verb", String, nullable=False),
    Column("arguments", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("said", String, nullable=False),
    Index("ix_audit_at", "at"),
)
