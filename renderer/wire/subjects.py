"""The names under which the bot and its agents find one another on a NATS server.

An agent is named by its operator; an `instance` is a random id that each of its processes draws anew, so that what
was meant for one that died never reaches its successor. Every subject that an agent may write has its name in it, and
so has every one that it may read: a server can hold each agent to its own.
"""

from __future__ import annotations

import re

#: Streams: what is to be painted, what became of it, and the pictures on their way.
ASSIGNMENTS, REPORTS, PARCELS = "ATELIER_ASSIGNMENTS", "ATELIER_REPORTS", "ATELIER_PARCELS"

#: Subjects of each stream.
OF_STREAM = {ASSIGNMENTS: ("gpu.>",), REPORTS: ("done.>",), PARCELS: ("blob.>",)}

#: All agents' beats and progress, for the bot.
ALL_BEATS, ALL_PROGRESS = "beat.*.*", "progress.*.*"

#: What an agent's name, an instance or a job's id may be: one part of a subject.
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def assignment(agent: str, instance: str, job: str, attempt: int, delivery: int, token: str) -> str:
    """Where one hand-over of a job is put for one instance."""
    return f"gpu.{agent}.{instance}.{job}.{attempt}.{delivery}.{token}"


def assignments_of(agent: str) -> str:
    """All that is put there for an agent, whatever its instance."""
    return f"gpu.{agent}.>"


def consumer_of(agent: str) -> str:
    """Name of the consumer by which an agent reads them; the bot makes it.

    It is the agent's name alone, since a server's permissions know no parts of a name.
    """
    return agent


def report(agent: str, job: str) -> str:
    """Where an agent tells, durably, that a job began or ended."""
    return f"done.{agent}.{job}"


def progress(agent: str, job: str) -> str:
    """Where an agent tells how far a job is; what nobody hears is lost."""
    return f"progress.{agent}.{job}"


def beat(agent: str, instance: str) -> str:
    """Where an instance tells, every few seconds, that it is alive and what it holds."""
    return f"beat.{agent}.{instance}"


def word(agent: str, instance: str) -> str:
    """Where the bot speaks to an instance."""
    return f"tell.{agent}.{instance}"


def inputs(agent: str, token: str) -> str:
    """Above the pictures that are sent to an agent for one hand-over, by its token."""
    return f"blob.in.{agent}.{token}"


def results(agent: str, token: str) -> str:
    """Above what an agent sends back of it."""
    return f"blob.out.{agent}.{token}"


def token_of(above: str) -> str:
    """Which hand-over such files are of."""
    return above.rpartition(".")[2]


def inbox(agent: str) -> str:
    """Prefix of the subjects at which an agent is answered."""
    return f"_INBOX_{agent}"


def sender(subject: str) -> str:
    """Name of the agent that a report, beat or progress is from, as the server let it be published."""
    return subject.split(".")[1]
