"""Keys with which programs use the API: made, shown once, found by their text, revoked."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Collection

from bot.errors import BadRequest
from bot.store import Store
from bot.store.keys import Key as Key  # what is asked for here

#: What a key may be good for; each includes those before it. `read`: to look at the jobs that the key has ordered.
#: `paint`: to order and to cancel. `expert`: the options that are for programs.
SCOPES = ("read", "paint", "expert")
#: How the text of a key begins, so that people and scanners for secrets know it.
PREFIX = "atl_"
MAX_NAME = 60

_REQUESTER = "web:key:"
#: That a key was used is noted no more often.
_USED_S = 60.0
_SECRET_BYTES = 32


@dataclasses.dataclass(frozen=True, slots=True)
class Issued:
    """A key that has just been made."""

    key: Key
    text: str = dataclasses.field(repr=False)  #: what the program sends; it is kept nowhere


class Keys:
    """The keys of a store. `clock` gives Unix seconds."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._rows = store.keys
        self._clock = clock

    async def issue(self, name: str, scopes: Collection[str], lifetime_s: float | None = None) -> Issued:
        """Make a key with those scopes and what they include, for ever or for a time.

        Raises BadRequest (bad_key_name, unknown_scope).
        """
        if not 0 < len(name) <= MAX_NAME:
            raise BadRequest(f"The name of a key has 1 to {MAX_NAME} characters.", "bad_key_name")
        for scope in scopes:
            if scope not in SCOPES:
                raise BadRequest(f"There is no scope “{scope}”; there are {', '.join(SCOPES)}.", "unknown_scope")
        text = PREFIX + secrets.token_hex(_SECRET_BYTES)
        now = self._clock()
        key = Key(
            id=secrets.token_hex(4),
            name=name,
            hash=_hash(text),
            scopes=SCOPES[: 1 + max(map(SCOPES.index, scopes), default=0)],
            # As the convention of Standard Webhooks writes it.
            webhook_secret="whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode(),
            created_at=now,
            expires_at=None if lifetime_s is None else now + lifetime_s,
        )
        await self._rows.add(key)
        return Issued(key, text)

    async def revoke(self, key_id: str) -> Key:
        """Let a key be good for nothing; raises BadRequest (unknown_key), also where it is so already."""
        key = await self._rows.by_id(key_id)
        if key is None or not await self._rows.revoke(key_id):
            raise BadRequest(f"There is no key {key_id} that could be revoked.", "unknown_key")
        return key

    async def all(self) -> list[Key]:
        """Every key, the newest last, with those that are good for nothing."""
        return await self._rows.all()

    async def holder_of(self, text: str) -> Key | None:
        """The key with this text, if it is in force; its use is noted."""
        hash = _hash(text)
        key = await self._rows.by_hash(hash)
        if key is None or not hmac.compare_digest(hash, key.hash) or not self.is_in_force(key):
            return None
        if key.last_used_at is None or not 0 <= self._clock() - key.last_used_at < _USED_S:
            await self._rows.used(key)
        return key

    async def of_requester(self, requester: str) -> Key | None:
        """The key whose jobs are this requester's."""
        return await self._rows.by_id(requester.removeprefix(_REQUESTER)) if requester.startswith(_REQUESTER) else None

    def is_in_force(self, key: Key) -> bool:
        """Whether a key is neither revoked nor expired."""
        return key.revoked_at is None and (key.expires_at is None or self._clock() < key.expires_at)


def requester_of_key(key: Key) -> str:
    """Whose the jobs are that are ordered with a key."""
    return f"{_REQUESTER}{key.id}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()
