"""The verb that makes, lists and revokes the keys of programs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.admin.lines import count, span
from bot.errors import Forbidden

if TYPE_CHECKING:  # the command line lists the verbs without loading what serves them
    from bot.keys import Key, Keys

#: Lines of the list that are shown; an answer has room for no more.
_SHOWN = 30
_DAY_S = 24 * 3600.0
_LIFETIME = re.compile(r"([1-9][0-9]{0,4})d")
_ID = re.compile(r"[0-9a-f]{8}")


class KeyAnswers:
    """Answers what admins ask about keys. `clock` gives Unix seconds."""

    def __init__(self, keys: Keys, clock: Callable[[], float]) -> None:
        self._keys = keys
        self._clock = clock

    async def change(self, words: list[str], private: bool) -> list[str] | None:
        """Lines, or None where the words are not understood; `private`: whether they are read by who asked alone.

        Raises Forbidden (not_here) where a key would be shown to others, and BadRequest.
        """
        match words:
            case ["new", name, *scopes, lifetime] if found := _LIFETIME.fullmatch(lifetime):
                return await self._new(name, scopes, int(found[1]) * _DAY_S, private)
            case ["new", name, *scopes]:
                return await self._new(name, scopes, None, private)
            case ["revoke", key_id] if _ID.fullmatch(key_id):
                key = await self._keys.revoke(key_id)
                return [f"Key {key.id}, {key.name}, is good for nothing any more; its jobs go on."]
        return None

    async def all(self) -> list[str]:
        """Every key, those in force first."""
        keys = await self._keys.all()
        if not keys:
            return ["There are no keys; “key new NAME” makes one."]
        in_force = [key for key in keys if self._keys.is_in_force(key)]
        others = [key for key in keys if key not in in_force]
        shown = [self._line(key) for key in [*reversed(in_force), *reversed(others)]]
        more = [f"… and {len(shown) - _SHOWN} more"] if len(shown) > _SHOWN else []
        return [f"{count(len(in_force), 'key')} in force.", *shown[:_SHOWN], *more]

    async def _new(self, name: str, scopes: list[str], lifetime_s: float | None, private: bool) -> list[str]:
        if not private:
            where = "`atelier admin key new` on the machine itself, or the admin page"
            raise Forbidden(f"A key is not shown where others could read it later. Ask by {where}.", "not_here")
        issued = await self._keys.issue(name, scopes or ["paint"], lifetime_s)
        key = issued.key
        return [
            # The audit log keeps the first line: no secret may stand there.
            f"Key {key.id}, {key.name}: {', '.join(key.scopes)}. Both lines below are shown this once.",
            f"key: {issued.text}",
            f"webhook secret: {key.webhook_secret}",
        ]

    def _line(self, key: Key) -> str:
        now = self._clock()
        used = "never used" if key.last_used_at is None else f"used {_long(now - key.last_used_at)} ago"
        parts = [key.id, key.name, ", ".join(key.scopes), f"made {_long(now - key.created_at)} ago", used]
        if key.revoked_at is not None:
            parts.append("revoked")
        elif key.expires_at is not None:
            left_s = key.expires_at - now
            parts.append(f"expires in {_long(left_s)}" if left_s > 0 else "expired")
        return " · ".join(parts)


def _long(seconds: float) -> str:
    """A length of time, in days from two days on."""
    days = round(seconds / _DAY_S)
    return count(days, "day") if days > 1 else span(max(0, seconds))
