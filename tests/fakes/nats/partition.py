"""Ways to a server that can be cut: by a network namespace, and by a proxy where that is not allowed."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import random
import shutil
import subprocess
from typing import Protocol, Self

from tests.fakes.nats.server import Server

#: For tests of networks (RFC 2544); as many addresses of it for each pair, as a network of that prefix.
_RANGE = ipaddress.IPv4Network("198.18.0.0/15")
_EACH, _PREFIX = 8, 29
#: The end of a pair that is inside.
_UPLINK = "uplink"


class Partition(Protocol):
    """The way between a server and who is apart from it; everybody else is beside the server."""

    #: Where the server is to listen.
    host: str
    #: How the command of a process begins that runs beside the server, and of one that runs apart.
    beside: tuple[str, ...]
    apart: tuple[str, ...]

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *_: object) -> None: ...

    async def url(self, server: Server) -> str:
        """The server's address for who is apart."""

    async def cut(self) -> None:
        """From now on what either side sends is lost, and nobody is told."""

    async def mend(self) -> None:
        """Let it through again."""


class Namespace:
    """A network namespace, joined to this one by a veth pair; the kernel loses all packets while its link is down.

    It has no name and ends with the processes in it, the first of which ends with this one, however that ends.
    """

    def __init__(self, is_server_inside: bool) -> None:
        """Either the server and who is beside it run inside, or who is apart."""
        self._is_server_inside = is_server_inside
        self._first: asyncio.subprocess.Process
        self._inside: tuple[str, ...] = ()
        self._link = ""

    async def __aenter__(self) -> Self:
        pipe = asyncio.subprocess.PIPE
        self._first = await asyncio.create_subprocess_exec("unshare", "--net", "cat", stdin=pipe, stdout=pipe)
        try:
            assert self._first.stdin and self._first.stdout
            self._first.stdin.write(b"\n")
            await self._first.stdout.readline()  # said again by who is inside
            self._inside = ("nsenter", f"--net=/proc/{self._first.pid}/ns/net")
            await self._join()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def _join(self) -> None:
        # The server's address inside is not that of the link, with which it would go.
        first = _EACH * await self._pair()
        near, far, server = (str(_RANGE[first + n]) for n in (1, 2, 3))
        await _run("ip", "address", "add", f"{near}/{_PREFIX}", "dev", self._link)
        await _run("ip", "link", "set", self._link, "up")
        await _run(*self._inside, "ip", "address", "add", f"{server}/32", "dev", "lo")
        await _run(*self._inside, "ip", "address", "add", f"{far}/{_PREFIX}", "dev", _UPLINK)
        await _run(*self._inside, "ip", "link", "set", "lo", "up")
        await self.mend()
        self.host = server if self._is_server_inside else near
        self.beside = self._inside if self._is_server_inside else ()
        self.apart = () if self._is_server_inside else self._inside

    async def _pair(self) -> int:
        """Make the pair, with a number of its own: its name would be refused if another had that."""
        for number in random.sample(range(_RANGE.num_addresses // _EACH), 20):
            link = f"atelier{number}"
            pair = (link, "type", "veth", "peer", "name", _UPLINK, "netns", str(self._first.pid))
            with contextlib.suppress(FileExistsError):
                await _run("ip", "link", "add", *pair)
                self._link = link
                return number
        raise AssertionError("others have all numbers that were tried")

    async def __aexit__(self, *_: object) -> None:
        if self._link:
            await _run("ip", "link", "delete", self._link)
        assert self._first.stdin
        self._first.stdin.close()
        await self._first.wait()

    async def url(self, server: Server) -> str:
        return server.url

    async def cut(self) -> None:
        await _run(*self._inside, "ip", "link", "set", _UPLINK, "down")

    async def mend(self) -> None:
        await _run(*self._inside, "ip", "link", "set", _UPLINK, "up")


def refusal() -> str | None:
    """Why this machine allows no `Namespace`; None where it does."""
    tools = ("ip", "unshare", "nsenter")
    if missing := [tool for tool in tools if not shutil.which(tool)]:
        return f"no network namespaces without {', '.join(missing)}"
    tried = subprocess.run(
        ["unshare", "--net", "ip", "link", "add", "type", "veth"], capture_output=True, text=True, check=False
    )
    return f"no network namespaces: {tried.stderr.strip()}" if tried.returncode else None


async def _run(*command: str) -> None:
    """Raises FileExistsError where the name is taken."""
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()
    if b"File exists" in said:
        raise FileExistsError(command)
    assert process.returncode == 0, (command, said)


class Proxy:
    """Passes bytes on, or throws them away."""

    host = "127.0.0.1"
    beside: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()

    def __init__(self, is_server_inside: bool) -> None:
        """Nobody is inside of anything."""
        self._target: Server
        self._listening: asyncio.Server
        self._callers: set[asyncio.Task[None]] = set()
        self._is_cut = False
        #: Callers of which something was thrown away.
        self._broken: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._listening = await asyncio.start_server(self._serve, self.host, 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listening.close()
        await self._hang_up(self._callers)

    async def url(self, server: Server) -> str:
        self._target = server
        return f"nats://{self.host}:{self._listening.sockets[0].getsockname()[1]}"

    async def cut(self) -> None:
        self._is_cut = True

    async def mend(self) -> None:
        self._is_cut = False
        # Nobody sends again what was lost, as TCP does: these cannot go on.
        await self._hang_up(self._broken)

    async def _hang_up(self, callers: set[asyncio.Task[None]]) -> None:
        for caller in (tasks := list(callers)):
            caller.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        caller = asyncio.current_task()
        assert caller
        self._callers.add(caller)
        caller.add_done_callback(self._callers.discard)
        caller.add_done_callback(self._broken.discard)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            there, back = await asyncio.open_connection(self.host, self._target.port)
            try:
                pumps = [
                    asyncio.create_task(self._pump(reader, back, caller)),
                    asyncio.create_task(self._pump(there, writer, caller)),
                ]
                try:
                    await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for pump in pumps:
                        pump.cancel()
                    await asyncio.wait(pumps)
            finally:
                back.close()
        writer.close()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, caller: asyncio.Task[None]
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                if self._is_cut:
                    self._broken.add(caller)
                    continue
                writer.write(data)
                await writer.drain()
