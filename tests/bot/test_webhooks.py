from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.errors import BadRequest, UnknownJob
from bot.jobs import Job, Status
from bot.keys import Issued, requester_of_key
from bot.store.tables import webhooks
from bot.webhooks import Webhooks, posting
from bot.webhooks.addresses import is_public
from bot.webhooks.posting import NotReached, Poster, checked
from bot.webhooks.service import JITTER, PAUSES_S
from bot.webhooks.signing import signed
from tests.fakes.house import ROOM, House, open_house
from tests.fakes.receiver import Receiver, open_receiver
from tests.fakes.watched import PATIENCE_S

URL = "https://hooks.example/ended?token=secret"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with open_receiver() as receiver:
        yield receiver


async def view(job: Job) -> Mapping[str, Any]:
    return {"id": job.id, "status": job.status}


def sender(house: House, **parts: Any) -> Webhooks:
    return Webhooks(house.store, view, private=True, clock=house.clock, **parts)


async def expecting(house: House, url: str, source: str = "1", issued: Issued | None = None) -> Job:
    """A job that was ordered with a key, and whose end a receiver is to be told."""
    issued = issued or await house.keys.issue("test", ["paint"])
    seed = await house.job("seed" + source)
    await house.store.jobs.cancel(seed.id)
    job = Job(
        id=f"{int(source):032x}",
        adapter="web",
        source=source,
        requester=requester_of_key(issued.key),
        content=seed.content,
        styles=seed.styles,
        options=seed.options,
        created_at=house.clock(),
    )
    return await house.store.jobs.add(job, estimate_s=1, room=ROOM, webhook=url)


async def ended(house: House, url: str, source: str = "1", issued: Issued | None = None) -> Job:
    job = await expecting(house, url, source, issued)
    return await house.store.jobs.cancel(job.id)


async def row(house: House, job: Job) -> dict[str, Any]:
    async with house.store.jobs._database.read() as connection:
        query = select(webhooks).where(webhooks.c.job == job.id)
        return dict((await connection.execute(query)).mappings().one())


async def tried(house: House, service: Webhooks, job: Job) -> dict[str, Any]:
    """Let the service try once more; how the webhook stands then."""
    tries = (await row(house, job))["tries"]
    async with running(service):
        return await until(house, job, lambda now: now["tries"] > tries)


async def until(house: House, job: Job, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE_S):
        while not condition(now := await row(house, job)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return now


@asynccontextmanager
async def running(service: Webhooks) -> AsyncIterator[None]:
    task = asyncio.create_task(service.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
    assert task.cancelled()


# ---- what is sent


async def test_the_end_of_a_job_is_told_signed_as_standard_webhooks_are(house: House, receiver: Receiver) -> None:
    issued = await house.keys.issue("test", ["paint"])
    async with running(sender(house)):
        job = await expecting(house, receiver.url + "?a=1", issued=issued)
        await asyncio.sleep(0)
        assert receiver.got == []
        job = await house.store.jobs.cancel(job.id)
        await receiver.until(lambda: bool(receiver.got))
        await until(house, job, lambda now: now["state"] == "sent")
    [got] = receiver.got
    assert got.path == "/hook?a=1"
    event = json.loads(got.body)
    assert event["type"] == "job.cancelled" and event["data"] == {"id": job.id, "status": "cancelled"}
    assert event["timestamp"].endswith("Z") and event["id"] == got.headers["webhook-id"]
    assert got.headers["content-type"] == "application/json"
    said = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    secret = base64.b64decode(issued.key.webhook_secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(secret, said, hashlib.sha256).digest()).decode()
    assert got.headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(got.headers["webhook-timestamp"]) - house.clock()) < PATIENCE_S
    assert "." not in got.headers["webhook-id"]


def test_a_signature_is_that_of_the_specification() -> None:
    # Made with OpenSSL: printf 'msg_1.1700000000.{}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:00…1f -binary
    secret = "whsec_" + base64.b64encode(bytes(range(32))).decode()
    headers = signed(secret, "msg_1", 1_700_000_000, b"{}")
    assert headers == {
        "webhook-id": "msg_1",
        "webhook-timestamp": "1700000000",
        "webhook-signature": "v1,fhksJF5ElKjlPoT/jtefCO5XjQPvhf7Dhf/8R1ad9yU=",
    }


async def test_nothing_of_a_receiver_s_address_but_its_host_is_in_the_logs(house: House) -> None:
    with capture_logs() as logs:
        post = Posts(500, NotReached("ConnectError"), 410)
        service = sender(house, post=post)
        job = await ended(house, URL)
        for _ in range(3):
            await tried(house, service, job)
            house.clock.ahead_s += 3600
    assert len(post.told) == 3 and logs
    assert "secret" not in str(logs)


# ---- tries


class Posts(Poster):
    """Answers with statuses, or raises what a test says."""

    def __init__(self, *answers: int | Exception) -> None:
        self.answers = list(answers)
        self.told: list[str] = []

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.told.append(headers["webhook-id"])
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.parametrize("answer", [500, 404, 302, 429, NotReached("no answer within 10 s"), RuntimeError("a bug")])
async def test_what_is_not_taken_is_sent_again_later_with_the_same_id(house: House, answer: int | Exception) -> None:
    post = Posts(answer, 200)
    service = sender(house, post=post)
    job = await ended(house, URL)
    before = await tried(house, service, job)
    assert (before["state"], before["tries"]) == ("due", 1) and before["last_error"]
    assert (await house.store.webhooks.seconds_to_next() or 0) > PAUSES_S[0] * (1 - JITTER) - 1
    house.clock.ahead_s += PAUSES_S[0] * (1 + JITTER) + 1
    after = await tried(house, service, job)
    assert post.told == [f"evt_{job.id}"] * 2
    assert (after["state"], after["url"]) == ("sent", "")


async def test_the_pauses_grow_to_about_a_day_and_then_it_is_given_up(house: House) -> None:
    post = Posts(*[500] * 99)
    service = sender(house, post=post)
    job = await ended(house, URL)
    began = house.clock()
    pauses = []
    while (await row(house, job))["state"] == "due":
        wait_s = await house.store.webhooks.seconds_to_next() or 0
        pauses.append(wait_s)
        house.clock.ahead_s += wait_s + 0.001
        await tried(house, service, job)
    assert len(post.told) == len(PAUSES_S) + 1
    for pause_s, planned_s in zip(pauses[1:], PAUSES_S, strict=True):
        assert planned_s * (1 - JITTER) - 1 <= pause_s <= planned_s * (1 + JITTER)
    assert 0.75 * 86400 < house.clock() - began < 1.25 * 86400
    given_up = await row(house, job)
    assert (given_up["state"], given_up["url"], given_up["last_error"]) == ("given_up", "", "HTTP 500")
    assert await house.store.webhooks.seconds_to_next() is None


async def test_who_says_gone_is_told_no_more(house: House) -> None:
    job = await ended(house, URL)
    assert (await tried(house, sender(house, post=Posts(410)), job))["state"] == "given_up"


async def test_a_revoked_key_signs_nothing(house: House) -> None:
    issued = await house.keys.issue("test", ["paint"])
    job = await ended(house, URL, issued=issued)
    await house.keys.revoke(issued.key.id)
    post = Posts(200)
    assert (await tried(house, sender(house, post=post), job))["last_error"] == "the key is revoked"
    assert post.told == []


async def test_one_receiver_that_hangs_holds_up_no_other(house: House, receiver: Receiver) -> None:
    receiver.hold = asyncio.Event()
    await ended(house, receiver.url, "1")
    async with open_receiver() as other, running(sender(house)):
        await ended(house, other.url, "2")
        await other.until(lambda: len(other.got) == 1)
        receiver.hold.set()


# ---- the store


async def test_it_is_due_in_the_commit_that_ends_the_job(house: House) -> None:
    job = await expecting(house, URL)
    assert await house.store.webhooks.due(9) == []
    running_job = await house.store.jobs.hand_over(job.id, 1, 1)
    assert (await row(house, job))["state"] == "waiting"
    await house.store.jobs.finish(running_job, Status.FAILED, "internal")
    [due] = await house.store.webhooks.due(9)
    assert (due.job.id, due.job.status, due.url, due.tries) == (job.id, Status.FAILED, URL, 0)


async def test_of_a_painting_it_is_due_once_the_painting_is_delivered(house: House) -> None:
    job = await expecting(house, URL)
    painted = await house.painted(job)
    assert await house.store.webhooks.due(9) == []
    await house.store.outbox.claim(painted)
    await house.store.outbox.sent(painted, "1")
    [due] = await house.store.webhooks.due(9)
    assert due.job.status is Status.DELIVERED


async def test_what_was_due_or_under_way_when_the_service_was_killed_is_sent_after_the_next_start(
    tmp_path: Path, receiver: Receiver
) -> None:
    async with open_house(tmp_path) as house:
        receiver.hold = asyncio.Event()
        async with running(sender(house)):
            job = await ended(house, receiver.url)
            await receiver.until(lambda: len(receiver.got) == 1)
    receiver.hold.set()
    async with open_house(tmp_path) as house, running(sender(house)):
        await receiver.until(lambda: len(receiver.got) == 2)
        await until(house, job, lambda now: now["state"] == "sent")
    assert receiver.got[0].headers["webhook-id"] == receiver.got[1].headers["webhook-id"]


async def test_with_who_is_erased_their_webhooks_go_also_in_the_midst_of_a_try(house: House) -> None:
    job, looked = await ended(house, URL), asyncio.Event()

    async def erased(job: Job) -> Mapping[str, Any]:
        await house.erasure.erase(job.requester)
        looked.set()
        raise UnknownJob

    post = Posts(200)
    async with running(Webhooks(house.store, erased, True, house.clock, post)):
        await looked.wait()
    assert post.told == []
    async with house.store.jobs._database.read() as connection:
        assert (await connection.execute(select(webhooks.c.job).where(webhooks.c.job == job.id))).all() == []


async def test_with_the_history_of_a_job_its_webhook_goes(house: House) -> None:
    await ended(house, URL)
    house.clock.ahead_s += 100 * 86400
    jobs = [job.id for job in await house.store.jobs.of_requester("fake:1", 9)]
    job = f"{1:032x}"
    async with house.store.jobs._database.write() as connection:
        from bot.store.tables import outbox

        await connection.execute(outbox.delete())
    await house.store.retention.forget([job, *jobs])
    async with house.store.jobs._database.read() as connection:
        assert (await connection.execute(select(webhooks.c.job))).all() == []


# ---- where to


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "192.0.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00::1", "fec0::1", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::808:808",
        "2002:7f00:1::", "2002:808:808::", "2001:0:808:808::1", "localhost", "",
    ],
)  # fmt: skip
def test_addresses_that_are_not_the_open_internet_s(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1", "64:ff9b::808:808"])
def test_addresses_of_the_open_internet(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *("http://hooks.example/", "ftp://hooks.example/", "hooks.example/a", "https://", "https:///a", ""),
        *("https://a:b@hooks.example/", "https://a@hooks.example/", "https://h\x00/"),
        *("https://hooks.example:99999/", "https://hooks.example:0/", "https://hooks.example/" + "a" * 2048),
        *("https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1:8443/", "https://[::ffff:7f00:1]/"),
        "https://169.254.169.254/latest",
    ],
)
def test_what_is_no_address_for_a_webhook(url: str) -> None:
    with pytest.raises(BadRequest) as refusal:
        checked(url, private=False)
    assert refusal.value.code == "bad_webhook"


def test_what_is_an_address_for_a_webhook() -> None:
    assert checked(URL + "#part", private=False) == URL
    assert checked("https://bücher.example/ä", private=False) == "https://xn--bcher-kva.example/%C3%A4"
    assert checked("http://127.0.0.1:8080/", private=True) == "http://127.0.0.1:8080/"
    assert checked("https://8.8.8.8/", private=False) == "https://8.8.8.8/"


class Names:
    """A name server whose answers change."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self.answers.pop(0)


@pytest.mark.parametrize(
    "answer", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:127.0.0.1"], ["100.64.0.9"], ["fe80::1%1"]]
)
async def test_a_name_that_stands_for_a_private_address_is_not_spoken_to(receiver: Receiver, answer: list[str]) -> None:
    post = Poster(private=False, resolve=Names(answer))
    with pytest.raises(NotReached, match="not allowed"):
        await post(f"https://hooks.example:{receiver.port}/", {}, b"{}")
    assert receiver.got == []


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f000001", "127.1", "localhost"])
async def test_no_way_of_writing_this_machine_s_address_leads_to_it(receiver: Receiver, host: str) -> None:
    with pytest.raises(NotReached):
        await Poster(private=False)(f"http://{host}:{receiver.port}/", {}, b"{}")
    assert receiver.got == []


async def test_the_connection_goes_to_the_address_that_was_checked(receiver: Receiver) -> None:
    names = Names(["127.0.0.1"], ["192.0.2.1"])
    post = Poster(private=True, resolve=names)
    assert await post(f"http://hooks.example:{receiver.port}/hook?a=1", {}, b"{}") == 204
    assert names.asked == [("hooks.example", receiver.port)], "the name is looked up once"
    assert receiver.got[0].headers["host"] == f"hooks.example:{receiver.port}"
    assert receiver.got[0].path == "/hook?a=1"


async def test_of_several_addresses_the_next_is_tried(receiver: Receiver) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.2", 0))
        post = Poster(private=True, resolve=Names(["127.0.0.2", "127.0.0.1"]))
        assert await post(f"http://hooks.example:{receiver.port}/", {}, b"{}") == 204


async def test_the_environment_s_proxies_are_not_asked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert await Poster(private=True)(receiver.url, {}, b"{}") == 204


async def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    async with open_receiver() as other:
        receiver.answers = [web.Response(status=307, headers={"Location": other.url})]
        assert await Poster(private=True)(receiver.url, {}, b"{}") == 307
        assert other.got == []


async def test_who_does_not_answer_is_waited_for_a_while_only(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "TIMEOUT_S", 0.5)
    receiver.hold = asyncio.Event()
    with pytest.raises(NotReached, match="no answer"):
        await Poster(private=True)(receiver.url, {}, b"{}")
    receiver.hold.set()


async def test_a_name_server_that_hangs_is_waited_for_a_while_only(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    monkeypatch.setattr(posting, "TIMEOUT_S", 0.2)
    hanging = threading.Event()

    def resolve(host: str, port: int) -> Sequence[str]:
        hanging.wait(PATIENCE_S)
        return []

    try:
        with pytest.raises(NotReached, match="no answer"):
            await Poster(private=True, resolve=resolve)(URL, {}, b"{}")
    finally:
        hanging.set()


async def test_of_an_endless_answer_the_head_is_enough() -> None:
    sent = 0

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n")
        try:
            while True:
                writer.write(b"a" * 65536)
                sent += 65536
                await writer.drain()
        except ConnectionError:
            pass

    server = await asyncio.start_server(endless, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert await Poster(private=True)(f"http://127.0.0.1:{port}/", {}, b"") == 200
    assert sent < 50_000_000


async def test_who_speaks_no_http_or_nobody_at_all_is_not_reached() -> None:
    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    server = await asyncio.start_server(nonsense, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(NotReached):
            await Poster(private=True)(f"http://127.0.0.1:{port}/", {}, b"")
    with pytest.raises(NotReached):
        await Poster(private=True)(f"http://127.0.0.1:{port}/", {}, b"")


# ---- TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for hooks.example, with its key, signed by itself."""
    file = tmp_path_factory.mktemp("tls") / "hooks.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-subj", "/CN=hooks.example", "-addext", "subjectAltName=DNS:hooks.example", "-days", "2"),
            *("-keyout", file, "-out", file.with_suffix(".crt")),
        ],
        check=True,
        capture_output=True,
    )
    file.write_text(file.read_text() + file.with_suffix(".crt").read_text())
    return file


@pytest.mark.parametrize(
    ("host", "is_taken"), [("hooks.example", True), ("other.example", False), ("127.0.0.1", False)]
)
async def test_the_certificate_is_checked_by_the_name_although_an_address_is_spoken_to(
    certificate: Path, host: str, is_taken: bool
) -> None:
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(certificate)
    theirs = ssl.create_default_context(cafile=certificate.with_suffix(".crt"))
    receiver = Receiver()
    async with receiver.listening(ours):
        post = Poster(private=True, resolve=Names(["127.0.0.1"]), tls=theirs)
        if is_taken:
            assert await post(f"https://{host}:{receiver.port}/", {}, b"{}") == 204
        else:
            with pytest.raises(NotReached, match="CERTIFICATE_VERIFY_FAILED"):
                await post(f"https://{host}:{receiver.port}/", {}, b"{}")
    assert bool(receiver.got) is is_taken


async def test_a_certificate_that_nobody_vouches_for_is_none(certificate: Path) -> None:
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(certificate)
    receiver = Receiver()
    async with receiver.listening(ours):
        with pytest.raises(NotReached, match="CERTIFICATE_VERIFY_FAILED"):
            post = Poster(private=True, resolve=Names(["127.0.0.1"]))
            await post(f"https://hooks.example:{receiver.port}/", {}, b"{}")
    assert receiver.got == []
