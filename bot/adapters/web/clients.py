"""Where requests come from: the client's address, also behind proxies that the operator trusts."""

from __future__ import annotations

import functools
import hashlib
import hmac
import ipaddress
import re
import secrets
from collections.abc import Iterable, Sequence

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_CLIENT = web.RequestKey("client", str)
#: `for=` in an element of Forwarded (RFC 7239, 4), quoted where it has a port or is of IPv6.
_FOR = re.compile(r'(?:^|;)\s*for\s*=\s*(?:"([^"]*)"|([^;"\s]*))', re.IGNORECASE)
#: An address as proxies write it: in brackets, or with a port, or neither.
_NODE = re.compile(r"\[(?P<six>[^\]]+)\](?::\w+)?|(?P<four>[0-9.]+)(?::\w+)?|(?P<bare>[0-9a-fA-F:.]+)")
#: Bits of an address of IPv6 that are one customer's (RFC 6177): he may change the others for every request.
_PREFIX = 64

# Made anew at every start, so that nobody can find out afterwards which addresses were counted.
_SALT = secrets.token_bytes(32)


def clients(trusted: Sequence[str]) -> Middleware:
    """A middleware that finds each request's client; `trusted` are the proxies' addresses and networks."""
    proxies = _networks(tuple(trusted))

    @web.middleware
    async def find(request: web.Request, handler: Handler) -> web.StreamResponse:
        request[_CLIENT] = _client(request, proxies)
        return await handler(request)

    return find


def address_of(request: web.Request) -> str:
    """The client's address; that of the last proxy where none is trusted."""
    return request.get(_CLIENT) or request.remote or "unknown"


def network_of(request: web.Request) -> str:
    """The client's network, by which is counted: its address, of IPv6 the first half. As a hash."""
    address = _parsed(address_of(request))
    network = address_of(request) if address is None else _network(address)
    return hmac.digest(_SALT, network.encode(), hashlib.sha256).hex()[:32]


def is_here(request: web.Request) -> bool:
    """Whether the client is this machine."""
    address = _parsed(address_of(request))
    return address is not None and address.is_loopback


def is_https(request: web.Request) -> bool:
    """Whether a request came over HTTPS, perhaps to a proxy, which says so."""
    # Whoever makes it up without a proxy endangers their own secrets alone.
    passed_on = request.headers.get(hdrs.X_FORWARDED_PROTO, "").partition(",")[0]
    return request.secure or passed_on.strip().lower() == "https"


def network_at(host: str, besides: Sequence[str]) -> str | None:
    """The network of a connection's other end; None for this machine and for those addresses and networks `besides`."""
    address = _parsed(host)
    if address is None or address.is_loopback or _is_among(address, _networks(tuple(besides))):
        return None
    return _network(address)


@functools.cache
def _networks(places: tuple[str, ...]) -> list[Network]:
    return [ipaddress.ip_network(place, strict=False) for place in places]


def _network(address: Address) -> str:
    return str(ipaddress.ip_network((address, _PREFIX), strict=False) if address.version == 6 else address)


def _client(request: web.Request, proxies: Sequence[Network]) -> str:
    peer = request.remote or ""
    address = _parsed(peer)
    if address is None or not _is_among(address, proxies):
        return str(address or peer)
    passed_on = [part for line in request.headers.getall(hdrs.X_FORWARDED_FOR, ()) for part in line.split(",")]
    forwarded = [
        (found[1] or found[2] or "") if (found := _FOR.search(part.strip())) else ""
        for line in request.headers.getall(hdrs.FORWARDED, ())
        for part in line.split(",")
    ]
    said = {_nearest_stranger(path, address, proxies) for path in (passed_on, forwarded) if path}
    # A proxy that writes the one may pass on the other as a stranger has made it up.
    return str(said.pop() if len(said) == 1 else address)


def _nearest_stranger(path: Iterable[str], peer: Address, proxies: Sequence[Network]) -> Address:
    """The last address on the path that is no trusted proxy's; whoever stands before it may have made up the rest."""
    nearest = peer
    for node in reversed(list(path)):
        match = _NODE.fullmatch(node.strip())
        address = _parsed(match["six"] or match["four"] or match["bare"]) if match else None
        if address is None:
            break
        nearest = address
        if not _is_among(address, proxies):
            break
    return nearest


def _is_among(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def _parsed(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
