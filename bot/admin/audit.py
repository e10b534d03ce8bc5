"""The audit log: who changed what, or tried to."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from bot.admin.lines import cut
from bot.errors import UserError

if TYPE_CHECKING:  # the command line lists the verbs without loading the store
    from bot.store import Store

_MAX_ARGUMENTS = 500
_MAX_SAID = 300


@dataclasses.dataclass
class Underway:
    """An act that is being done."""

    said: str = ""  #: what its answer begins with


class Audit:
    """Writes the log. `redact` takes secrets out of what people write."""

    def __init__(self, store: Store, redact: Callable[[str], str]) -> None:
        self._rows = store.audit
        self._redact = redact

    @contextlib.asynccontextmanager
    async def entry(self, by: str, verb: str, arguments: str = "") -> AsyncIterator[Underway]:
        """An act is done inside. It is noted before, so that none is missing after a crash, and again with its end.

        A UserError is a refusal; after any other error the entry stays ``unfinished``.
        """
        number = await self._rows.begin(by, verb, self._fit(arguments, _MAX_ARGUMENTS))
        underway = Underway()
        try:
            yield underway
        except UserError as refusal:
            await self._rows.refused(number, self._fit(refusal.message, _MAX_SAID))
            raise
        await self._rows.done(number, self._fit(underway.said, _MAX_SAID))

    def _fit(self, text: str, length: int) -> str:
        return cut(self._redact(" ".join(text.split())), length)
