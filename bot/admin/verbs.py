"""What admins may ask for."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class Verb:
    """Something that admins may ask for."""

    usage: str  #: the verb and what may follow it
    help: str  #: one sentence


#: In the order of a menu. WHO is a person or a group, ``platform:id``; the ids of paintings may be shortened.
VERBS: Mapping[str, Verb] = {
    "queue": Verb("queue", "What waits, what is being painted, and whose it is."),
    "workers": Verb("workers", "The renderers and the platforms, and how they are."),
    "stats": Verb("stats", "The last day and the last week in numbers."),
    "pause": Verb("pause [REASON]", "Begin no further painting; people are told the reason."),
    "resume": Verb("resume", "Take in and paint again, after a pause or a drain."),
    "drain": Verb("drain [AGENT]", "Take nothing in, and paint what waits; or give one agent nothing more."),
    "undrain": Verb("undrain AGENT", "Give an agent work again that was drained or evicted."),
    "evict": Verb("evict AGENT", "Give an agent nothing more, and what it has to others at once."),
    "cancel": Verb("cancel ID", "End a painting, whoever's it is."),
    "ban": Verb("ban WHO [REASON]", "Take nothing more from a person or a group."),
    "unban": Verb("unban WHO", "End a ban."),
    "allow": Verb("allow WHO", "Put a person or a group on the list of those who may paint."),
    "disallow": Verb("disallow WHO", "Take a person or a group off that list."),
    "quota": Verb("quota WHO [HOUR DAY | default]", "How much a person or a group may ask for."),
    "key": Verb(
        "key [new NAME [SCOPE …] [DAYSd] | revoke ID]", "The keys with which programs use the API: list, make, revoke."
    ),
    "people": Verb("people", "Who asks for most, who is banned, and who has a quota of their own."),
    "who": Verb("who WHO", "Which pseudonym somebody has in the log; or, of a pseudonym, whose it is."),
    "failed": Verb("failed", "The latest paintings that failed, and why."),
    "spend": Verb("spend", "What platforms that charge have cost, today and this month."),
    "notices": Verb("notices", "What happened lately that you should know."),
    "disk": Verb("disk", "What is free, and what is kept."),
    "config": Verb("config", "What is set otherwise than it comes, secrets masked."),
    "audit": Verb("audit [N]", "What admins did last, and what came of it."),
    "uncertain": Verb("uncertain [ID resend|sent]", "Replies that may never have arrived, and what to do about one."),
}
