"""One POST to a receiver: checked, to the very address that was checked, and no longer than a few seconds."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx

from bot.errors import BadRequest
from bot.texts import phrase
from bot.tls import trusted
from bot.webhooks.addresses import is_public

#: Seconds for all of a try: name, connection, request and the head of the answer.
TIMEOUT_S = 10.0
MAX_URL = 2048
#: Addresses of one name that are tried.
_ADDRESSES = 4


class NotReached(Exception):
    """There is no answer; the text says why, without the receiver's address."""


#: Addresses of a host and port; raises OSError. Blocks.
Resolve = Callable[[str, int], Sequence[str]]


def checked(url: str, private: bool) -> str:
    """The URL as it is stored; `private` allows http and addresses that are not the open internet's.

    Raises BadRequest (bad_webhook). What a name stands for is looked at when something is sent.
    """
    schemes = ("https", "http") if private else ("https",)
    no_url = BadRequest(phrase("error-webhook-url", schemes=" / ".join(schemes), most=MAX_URL), "bad_webhook")
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as exc:
        raise no_url from exc
    is_whole = parsed.scheme in schemes and parsed.host and (parsed.port is None or 0 < parsed.port < 65536)
    if not is_whole or parsed.userinfo or len(url) > MAX_URL:
        raise no_url
    if not private and _is_literal(parsed.host) and not is_public(parsed.host):
        raise BadRequest(phrase("error-webhook-private"), "bad_webhook")
    return str(parsed.copy_with(fragment=None))


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _looked_up(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Poster:
    """Sends. `private` allows addresses that are not the open internet's; `tls` has the certificates to check by."""

    def __init__(self, private: bool, resolve: Resolve = _looked_up, tls: ssl.SSLContext | None = None) -> None:
        self._private = private
        self._resolve = resolve
        self._tls = tls
        # Of its own: a name server that does not answer may hold up no other work of the bot.
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="webhook names")

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The status of the answer, of which nothing else is read; raises NotReached."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await self._post(httpx.URL(url), headers, body)
        except TimeoutError as exc:
            raise NotReached(f"no answer within {TIMEOUT_S:g} s") from exc

    async def _post(self, url: httpx.URL, headers: Mapping[str, str], body: bytes) -> int:
        problem: Exception | None = None
        # Without the environment's proxies: they would look the name up a second time.
        async with httpx.AsyncClient(
            verify=self._tls or trusted(), trust_env=False, follow_redirects=False, timeout=TIMEOUT_S
        ) as client:
            for address in await self._addresses(url):
                # The name is for the certificate and the receiver; the connection goes to what was checked.
                request = client.build_request(
                    "POST",
                    url.copy_with(host=address),
                    headers={**headers, "Host": url.netloc.decode("ascii")},
                    content=body,
                    extensions={"sni_hostname": url.raw_host.decode("ascii")},
                )
                try:
                    answer = await client.send(request, stream=True)
                except httpx.ConnectError as exc:
                    problem = exc
                except httpx.HTTPError as exc:
                    raise NotReached(_reason(exc)) from exc
                else:
                    await answer.aclose()
                    return answer.status_code
        raise NotReached(_reason(problem) if problem else "the name has no address") from problem

    async def _addresses(self, url: httpx.URL) -> Sequence[str]:
        port = url.port or (443 if url.scheme == "https" else 80)
        loop = asyncio.get_running_loop()
        try:
            addresses = await loop.run_in_executor(self._threads, self._resolve, url.host, port)
        except (OSError, UnicodeError) as exc:
            raise NotReached("the name has no address") from exc
        if not self._private and not all(map(is_public, addresses)):
            raise NotReached("the name stands for an address that is not allowed")
        return addresses[:_ADDRESSES]


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
