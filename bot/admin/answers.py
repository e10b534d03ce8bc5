"""The verbs, answered: a question at once, an act between its two notes in the audit log."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import structlog

from bot.admin import acts, lines
from bot.admin.agents import AgentActs
from bot.admin.audit import Audit
from bot.admin.keys import KeyAnswers
from bot.admin.questions import Questions
from bot.admin.state import State
from bot.admin.verbs import VERBS
from bot.admin.words import is_number, misused, who
from bot.errors import BadRequest
from config.log import Redactor
from config.privacy import pseudonym_in

if TYPE_CHECKING:  # the command line lists the verbs without loading what serves them
    from bot.accounts import Accounts
    from bot.desk import Desk
    from bot.disk import Disk
    from bot.keys import Keys
    from bot.notices import Notices
    from bot.ports import RenderPool
    from bot.spending import Budget
    from bot.store import Store
    from config.privacy import Pseudonyms
    from config.settings import Settings

log = structlog.get_logger(__name__)

MAX_ANSWER = 3500
#: Entries of the audit log that are asked for at once; an answer has room for fewer.
_MOST_ENTRIES = 200
_DAY_S = 24 * 3600.0


class Admin:
    """Answers those who may ask for everything; who they are, is for its callers to know.

    `reply_due` is called when a reply is to be sent again. `clock` gives Unix seconds.
    """

    verbs = VERBS

    def __init__(
        self,
        store: Store,
        desk: Desk,
        pool: RenderPool,
        accounts: Accounts,
        keys: Keys,
        notices: Notices,
        disk: Disk,
        settings: Settings,
        reply_due: Callable[[], None],
        pseudonyms: Pseudonyms,
        budgets: Sequence[Budget] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        redact = Redactor(settings.secret_values())
        self._store = store
        self._accounts = accounts
        self._pseudonyms = pseudonyms
        self._questions = Questions(store, desk, pool, accounts, notices, disk, settings, budgets, redact, clock)
        self._keys = KeyAnswers(keys, clock)
        agents = AgentActs(store, pool)
        self._acts = acts.Acts(store, desk, accounts, self._keys, agents, self._questions, reply_due, clock)
        self.audit = Audit(store, redact)
        self._clock = clock

    async def do(self, verb: str, arguments: str, by: str, private: bool = False) -> str:
        """Plain lines of at most `MAX_ANSWER` characters.

        `by` says who asked, for the logs; `private`, that the answer is read by them alone and kept nowhere. Raises
        UserError: BadRequest (unknown_verb, bad_usage), NotReady (no_longer_cancellable, not_uncertain), Forbidden
        (not_here).
        """
        if verb not in VERBS:
            raise BadRequest(f"There is no “{verb}”. There are {', '.join(VERBS)}.", "unknown_verb")
        log.info("admin", verb=verb, by=by)  # its words name people; the audit log has them
        words = arguments.split()
        answer = await self._told(verb, words)
        if answer is None:
            if verb not in acts.VERBS:
                raise misused(verb)
            async with self.audit.entry(by, verb, arguments) as entry:
                answer = await self._acts.do(verb, words, private)
                entry.said = answer[0]
        return lines.cut("\n".join(answer), MAX_ANSWER)

    async def state(self) -> State:
        """All that a page shows; it changes nothing, and is in no log."""
        return await self._questions.state()

    async def _told(self, verb: str, words: list[str]) -> list[str] | None:
        """The answer to a question; None where it is not that."""
        ask, now = self._questions, self._clock()
        match verb, words:
            case "queue", []:
                return lines.queue(await ask.queue(2 * lines.SHOWN), await ask.doors())
            case "workers", []:
                return lines.workers(await ask.workers(), await ask.doors(), await ask.platforms(), now)
            case "stats", []:
                return await self._stats()
            case "people", []:
                return lines.people(await ask.people())
            case "quota", [name]:
                account = await self._accounts.get(who(verb, name))
                return lines.quota(account, await self._store.admin.activity(name))
            case "key", [] | ["list"]:
                return await self._keys.all()
            case "who", [name]:
                return await self._who(name)
            case "failed", []:
                return lines.failed(await ask.failed(lines.SHOWN), now)
            case "uncertain", []:
                return lines.uncertain(await ask.uncertain(), now)
            case "spend", []:
                return lines.spend(await ask.spend())
            case "disk", []:
                return lines.disk(await ask.disk())
            case "notices", []:
                return lines.notices(await ask.notices(lines.SHOWN), now)
            case "audit", []:
                return lines.audit(await ask.audit(lines.SHOWN), now)
            case "audit", [number] if is_number(number):
                return lines.audit(await ask.audit(min(int(number), _MOST_ENTRIES)), now)
            case "config", []:
                return lines.settings(ask.settings)
        return None

    async def _who(self, name: str) -> list[str]:
        digits = pseudonym_in(name)
        if digits is None:
            return [f"{who('who', name)} is {self._pseudonyms.of(name)} in the log."]
        names = await self._store.admin.names()
        known = [one for one in names if self._pseudonyms.of(one).endswith(f"~{digits}")]
        return [f"{self._pseudonyms.of(one)} is {one}." for one in known] or [f"Nobody who is known here is ~{digits}."]

    async def _stats(self) -> list[str]:
        day, week = await self._store.admin.period(_DAY_S), await self._store.admin.period(7 * _DAY_S)
        return [*lines.period("Last day", day), "", *lines.period("Last week", week)]
