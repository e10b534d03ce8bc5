"""The running service's ear for `atelier admin`: a socket in the data directory, one line of JSON each way.

A client asks ``{"verb": "cancel", "arguments": "1a2b3c4d"}`` and is told ``{"ok": true, "text": "…"}``; where `ok` is
false, the text says why not. The connection ends with the answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from bot.errors import BadRequest, Forbidden, OperatorError, UserError

if TYPE_CHECKING:  # the command line asks without loading what answers
    from bot.admin import Admin

log = structlog.get_logger(__name__)

SOCKET_NAME = "control.sock"
MAX_LINE = 64 * 1024
#: Seconds for the client to say its line, and for the service to answer it.
LINE_S = 5.0
ANSWER_S = 30.0
#: Bytes of a socket's path that every system takes.
_MAX_PATH = 100


class Control:
    """Listens in `folder`, which is the service's alone (`config.lock`), and lets `admin` answer."""

    def __init__(self, admin: Admin, folder: Path) -> None:
        self._admin = admin
        self._file = folder / SOCKET_NAME
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Answer until cancelled. A folder that can hold no socket costs the commands, not the service."""
        try:
            listener = _listen(self._file)
        except OSError as exc:
            log.error("no control socket: `atelier admin` will not work", file=str(self._file), why=exc.strerror)
            return
        try:
            with listener:
                await self._serve(listener)
        finally:
            self._file.unlink(missing_ok=True)

    async def _serve(self, listener: socket.socket) -> None:
        self.listening.set()
        async with asyncio.TaskGroup() as clients:
            while True:
                try:
                    client, _ = await asyncio.get_running_loop().sock_accept(listener)
                except OSError as exc:  # no file handle is left
                    log.warning("control client not let in", why=exc.strerror)
                    await asyncio.sleep(1)
                else:
                    clients.create_task(self._attend(client), name="control client")

    async def _attend(self, client: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=client, limit=MAX_LINE)
        # A client that goes away or says nothing is its own affair.
        with contextlib.suppress(OSError), contextlib.closing(writer):
            async with asyncio.timeout(LINE_S):
                line = await _line(reader)
            ok, text = await self._answer(line, _uid_of(client))
            writer.write(json.dumps({"ok": ok, "text": text}).encode() + b"\n")
            async with asyncio.timeout(LINE_S):
                await writer.drain()

    async def _answer(self, line: bytes, uid: int | None) -> tuple[bool, str]:
        try:
            if uid not in {None, 0, os.geteuid()}:
                raise Forbidden("Only the user that the service runs as may control it.")
            verb, arguments = _understood(line)
            by = "control" if uid is None else f"control:{uid}"
            # The socket is the operator's own, and nothing of what it carries is kept.
            return True, await self._admin.do(verb, arguments, by, private=True)
        except UserError as exc:
            return False, exc.message
        except Exception:
            # A bug in an answer may not cost the service.
            log.exception("control failed")
            return False, "Something went wrong; the service's log says what."


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readline()
    except ValueError:  # longer than MAX_LINE
        return b""


def _understood(line: bytes) -> tuple[str, str]:
    with contextlib.suppress(ValueError, RecursionError):
        match json.loads(line):
            case {"verb": str(verb), "arguments": str(arguments)}:
                return verb, arguments
    raise BadRequest("That is not a line of JSON with a verb and arguments.")


def _listen(file: Path) -> socket.socket:
    """A listening socket; what an earlier run left in its place is removed. Raises OSError."""
    file.unlink(missing_ok=True)
    with contextlib.ExitStack() as opened:
        listener = opened.enter_context(socket.socket(socket.AF_UNIX))
        listener.setblocking(False)
        with _address(file) as address:
            listener.bind(address)
        # Nobody can connect before `listen`.
        file.chmod(0o600)
        listener.listen()
        opened.pop_all()
        return listener


@contextlib.contextmanager
def _address(file: Path) -> Iterator[str]:
    """A name for the socket that is short enough; where its own is not, Linux has another for the folder."""
    if len(os.fsencode(file)) <= _MAX_PATH:
        yield str(file)
        return
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{file.name}"
    finally:
        os.close(folder)


def _uid_of(client: socket.socket) -> int | None:
    """The user at the other end; None where the system does not tell, and the socket's mode has to do."""
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    uid: int = struct.unpack("3i", credentials)[1]
    return uid


def ask(folder: Path, verb: str, arguments: str) -> str:
    """What the service on the data directory `folder` answers.

    Raises UserError where it refuses, and OperatorError where none runs or it does not answer.
    """
    request = json.dumps({"verb": verb, "arguments": arguments}).encode() + b"\n"
    try:
        with socket.socket(socket.AF_UNIX) as service, _address(folder / SOCKET_NAME) as address:
            service.settimeout(ANSWER_S)
            service.connect(address)
            service.sendall(request)
            with service.makefile("rb") as answer:
                told: dict[str, Any] = json.loads(answer.readline())
    except (FileNotFoundError, ConnectionRefusedError) as exc:
        raise OperatorError(
            f"no service runs on the data directory {folder}; start one with `atelier run`, "
            "or name its folder with ATELIER_DATA_DIR"
        ) from exc
    except OSError as exc:
        raise OperatorError(f"the service on {folder} cannot be asked: {exc.strerror or exc}") from exc
    except ValueError as exc:
        raise OperatorError(f"the service on {folder} ended before it had answered") from exc
    if not told["ok"]:
        raise UserError(told["text"])
    text: str = told["text"]
    return text
