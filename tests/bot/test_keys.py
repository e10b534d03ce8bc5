from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog.testing import capture_logs

from bot.admin import Admin
from bot.errors import BadRequest, UserError
from bot.keys import Keys, requester_of_key
from bot.store.tables import api_keys
from config.log import MASK, Redactor
from tests.fakes.house import House, open_house

DAY_S = 24 * 3600


@pytest.fixture
def keys(house: House) -> Keys:
    return house.keys


@pytest.fixture
def admin(house: House) -> Admin:
    return house.admin


async def told(admin: Admin, words: str, private: bool = True) -> list[str]:
    return (await admin.do("key", words, "control:1000", private=private)).splitlines()


async def refused(admin: Admin, words: str, private: bool = True) -> str:
    with pytest.raises(UserError) as refusal:
        await told(admin, words, private)
    return refusal.value.code


async def last_use(house: House) -> float | None:
    async with house.store.jobs._database.read() as connection:
        used: float | None = (await connection.execute(select(api_keys.c.last_used_at))).scalar_one()
        return used


# ---- keys


async def test_a_key_is_found_by_its_text_alone_also_after_a_restart(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        issued = await Keys(house.store).issue("build", ["paint"])
        assert re.fullmatch("atl_[0-9a-f]{64}", issued.text)
    async with open_house(tmp_path) as house:
        keys = Keys(house.store)
        found = await keys.holder_of(issued.text)
        assert found is not None
        assert (found.id, found.name, found.scopes) == (issued.key.id, "build", ("read", "paint"))
        for text in ("", issued.text[:-1], issued.text + "0", issued.key.hash, issued.text.upper(), "\udcff"):
            assert await keys.holder_of(text) is None


async def test_the_text_of_a_key_is_written_nowhere(tmp_path: Path) -> None:
    with capture_logs() as logs:
        async with open_house(tmp_path) as house:
            _, key, secret = await told(house.admin, "new build")
            text = key.removeprefix("key: ")
            assert await Keys(house.store).holder_of(text)
            written = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    assert not any(text.encode() in content for content in written)
    assert any(hashlib.sha256(text.encode()).hexdigest().encode() in content for content in written)
    assert text not in str(logs) and secret.removeprefix("webhook secret: ") not in str(logs)


async def test_the_text_of_a_key_and_its_secret_are_kept_out_of_logs_by_their_form(keys: Keys) -> None:
    issued = await keys.issue("build", ["paint"])
    assert issued.text not in repr(issued) and issued.key.webhook_secret not in repr(issued)
    for secret in (issued.text, issued.key.webhook_secret):
        assert Redactor()(f"given {secret}, refused") == f"given {MASK}, refused"


@pytest.mark.parametrize(
    ("scopes", "opened"),
    [(["read"], ("read",)), (["paint"], ("read", "paint")), (["expert", "read"], ("read", "paint", "expert"))],
)
async def test_each_scope_includes_those_before_it(keys: Keys, scopes: list[str], opened: tuple[str, ...]) -> None:
    assert (await keys.issue("build", scopes)).key.scopes == opened


async def test_what_is_no_scope_and_no_name_is_refused(keys: Keys) -> None:
    for name, scopes, code in (("a", ["admin"], "unknown_scope"), ("", ["paint"], "bad_key_name")):
        with pytest.raises(BadRequest) as refusal:
            await keys.issue(name, scopes)
        assert refusal.value.code == code
    assert await keys.all() == []


async def test_a_revoked_key_is_good_for_nothing_and_cannot_be_revoked_again(keys: Keys) -> None:
    issued, other = await keys.issue("build", ["paint"]), await keys.issue("other", ["paint"])
    assert await keys.holder_of(issued.text)
    await keys.revoke(issued.key.id)
    assert await keys.holder_of(issued.text) is None
    assert await keys.holder_of(other.text)
    with pytest.raises(BadRequest, match="no key"):
        await keys.revoke(issued.key.id)


async def test_a_use_that_comes_with_the_revocation_brings_the_key_not_back(house: House, keys: Keys) -> None:
    issued = await keys.issue("build", ["paint"])
    for _ in range(20):
        await asyncio.gather(keys.holder_of(issued.text), house.store.keys.used(issued.key), keys.all())
    await asyncio.gather(
        *(house.store.keys.used(issued.key) for _ in range(5)),
        keys.revoke(issued.key.id),
        *(house.store.keys.used(issued.key) for _ in range(5)),
    )
    assert await keys.holder_of(issued.text) is None


async def test_a_look_that_began_before_a_revocation_does_not_outlast_it(
    house: House, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued = await keys.issue("build", ["paint"])
    database = house.store.keys._database
    read, seen, go_on = database.read, asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def slow() -> AsyncIterator[AsyncConnection]:
        async with read() as connection:
            yield connection
        seen.set()
        await go_on.wait()

    with monkeypatch.context() as patched:
        patched.setattr(database, "read", slow)
        looking = asyncio.create_task(keys.holder_of(issued.text))
        await seen.wait()
    await keys.revoke(issued.key.id)
    go_on.set()
    await looking
    assert await keys.holder_of(issued.text) is None


async def test_a_key_expires(house: House, keys: Keys) -> None:
    issued = await keys.issue("build", ["paint"], 30 * DAY_S)
    house.clock.ahead_s = 29 * DAY_S
    assert await keys.holder_of(issued.text)
    house.clock.ahead_s = 31 * DAY_S
    assert await keys.holder_of(issued.text) is None


async def test_its_use_is_noted_once_a_minute(house: House, keys: Keys) -> None:
    issued = await keys.issue("build", ["paint"])
    assert await last_use(house) is None
    await keys.holder_of(issued.text)
    first = await last_use(house)
    assert first is not None
    house.clock.ahead_s = 50
    await keys.holder_of(issued.text)
    assert await last_use(house) == first
    house.clock.ahead_s = 70
    await keys.holder_of(issued.text)
    assert (await last_use(house) or 0) >= first + 60


async def test_whose_the_jobs_of_a_key_are_leads_back_to_it(keys: Keys) -> None:
    key = (await keys.issue("build", ["paint"])).key
    found = await keys.of_requester(requester_of_key(key))
    assert found is not None and found.id == key.id
    assert await keys.of_requester("web:key:00000000") is None
    assert await keys.of_requester(f"telegram:{key.id}") is None


# ---- the verb


async def test_a_key_is_made_shown_once_listed_and_revoked(house: House, admin: Admin, keys: Keys) -> None:
    assert await told(admin, "list") == ["There are no keys; “key new NAME” makes one."]
    first, key, secret = await told(admin, "new build-server expert 90d")
    key_id = first.split()[1].rstrip(",")
    assert first == f"Key {key_id}, build-server: read, paint, expert. Both lines below are shown this once."
    assert await keys.holder_of(key.removeprefix("key: "))
    assert re.fullmatch(r"webhook secret: whsec_[A-Za-z0-9+/]{43}=", secret)
    house.clock.ahead_s += 2 * 3600 - 60
    await told(admin, "new second")
    house.clock.ahead_s += 2 * 3600 - 60
    listed = await told(admin, "")
    assert listed[0] == "2 keys in force."
    assert re.fullmatch("[0-9a-f]{8} · second · read, paint · made 2 hours ago · never used", listed[1])
    assert listed[2].startswith(f"{key_id} · build-server · read, paint, expert · made 4 hours ago · used 4 hours ago")
    assert listed[2].endswith(" · expires in 90 days")
    assert key not in listed and secret not in listed
    assert await told(admin, f"revoke {key_id}") == [
        f"Key {key_id}, build-server, is good for nothing any more; its jobs go on."
    ]
    listed = await told(admin, "list")
    assert listed[0] == "1 key in force." and listed[2].endswith(" · revoked")


async def test_where_others_could_read_it_no_key_is_made(admin: Admin, keys: Keys) -> None:
    assert await refused(admin, "new build", private=False) == "not_here"
    assert await keys.all() == []
    issued = await keys.issue("build", ["paint"])
    assert (await told(admin, "", private=False))[0] == "1 key in force."
    assert len(await told(admin, f"revoke {issued.key.id}", private=False)) == 1


@pytest.mark.parametrize(
    "words", ["new", "revoke", "revoke 1a2b", "revoke 1A2B3C4D", "list all", "1a2b3c4d", "new a b 0d"]
)
async def test_what_is_not_understood_makes_no_key(admin: Admin, keys: Keys, words: str) -> None:
    assert await refused(admin, words) in ("bad_usage", "unknown_scope")
    assert await keys.all() == []


async def test_a_key_has_quotas_of_its_own_like_anybody(house: House, admin: Admin, keys: Keys) -> None:
    requester = requester_of_key((await keys.issue("build", ["paint"])).key)
    answer = await admin.do("quota", f"{requester} 100 1000", "control:1000")
    assert "Quota: 100 in an hour, 1000 in a day." in answer
    await admin.do("ban", f"{requester} too much", "control:1000")
    assert (await house.accounts.get(requester)).banned == "too much."
