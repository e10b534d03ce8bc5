"""Which connections are taken, and how long one may stand still."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from typing import cast

import structlog
from aiohttp import web

from bot.adapters.web.clients import network_at

log = structlog.get_logger(__name__)

#: Connections in all: fewer than the file handles (1024) that most systems give a process.
MAX_IN_ALL = 768
#: From one network: a browser has six, and behind one address may be an office.
MAX_PER_NETWORK = 128
#: Seconds for a request's headers, and between two requests: more than proxies keep a connection that is idle.
IDLE_S = 75.0
#: Seconds that a client may take nothing of what was sent to it.
STALLED_S = 60.0


async def listen(server: web.Server, host: str, port: int, trusted: Sequence[str]) -> asyncio.Server:
    """Take connections for a server; those beyond the caps are cut without a word. Raises OSError.

    From `trusted` proxies and this machine there may be as many as in all.
    """
    return await asyncio.get_running_loop().create_server(lambda: _Gate(server, trusted), host, port)


class _Gate(asyncio.Protocol):
    """Stands in front of a connection's own protocol until it is let in."""

    def __init__(self, server: web.Server, trusted: Sequence[str]) -> None:
        self._server = server
        self._trusted = trusted

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        taken = cast(asyncio.Transport, transport)
        if not self._has_room(_host_of(taken)):
            log.warning("connection turned away", open=len(self._server.connections))
            taken.abort()
            return
        _cut_when_stalled(taken)
        protocol = self._server()
        taken.set_protocol(protocol)
        protocol.connection_made(taken)

    def _has_room(self, host: str) -> bool:
        connections = self._server.connections
        if len(connections) >= MAX_IN_ALL:
            return False
        mine = network_at(host, self._trusted)
        if mine is None or len(connections) < MAX_PER_NETWORK:
            return True
        there = (network_at(_host_of(connection.transport), self._trusted) for connection in connections)
        return sum(network == mine for network in there) < MAX_PER_NETWORK


def _host_of(transport: asyncio.Transport | None) -> str:
    peer = transport.get_extra_info("peername") if transport is not None else None
    return str(peer[0]) if isinstance(peer, tuple) else ""


def _cut_when_stalled(transport: asyncio.Transport) -> None:
    """Let the system end a connection whose other end takes nothing, where it can; `streams.write` does so anywhere."""
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(STALLED_S * 1000))
