"""The service as a process that is killed, and started again as an operator's restart policy would."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
_STOP_S = 60


class Keeper:
    """Keeps one service running; `died` is called each time that it has ended, with how, before the next start."""

    def __init__(self, folder: Path, settings: Mapping[str, str], died: Callable[[str], None]) -> None:
        self.log = folder / "service.log"
        self.starts = 0
        self.url = ""
        self.open = asyncio.Event()  #: set while the web page is served
        self.ends: list[str] = []  #: how each run but the last has ended
        self.stopped: list[int] = []  #: children that hang, and would outlive their bot
        self._died = died
        self._stopping = False
        self._process: asyncio.subprocess.Process | None = None
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ATELIER_")},
            "PYTHONPATH": str(ROOT),
            "ATELIER_DATA_DIR": str(folder / "data"),
            **settings,
        }

    async def run(self) -> None:
        """Start it again and again until `stop`."""
        with self.log.open("ab") as log:
            while not self._stopping:
                self.starts += 1
                self._process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "tests.faults.service"),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=log,
                    env=self._environment,
                    cwd=self.log.parent,
                )
                await self._follow(self._process)
                how = _how(await self._process.wait())
                self.open.clear()
                self._clear_up()
                if not self._stopping:
                    self.ends.append(how)
                    self._died(how)

    async def _follow(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout
        while line := (await process.stdout.readline()).decode():
            if found := re.search(r"open at (http\S+)", line):
                self.url = found[1]
                self.open.set()

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def child(self) -> int | None:
        """The renderer child's process id, while there is one."""
        with contextlib.suppress(OSError):
            for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split():
                with contextlib.suppress(OSError):
                    if "tests.faults.painter" in Path(f"/proc/{pid}/cmdline").read_text():
                        return int(pid)
        return None

    def signal(self, pid: int | None, number: signal.Signals) -> bool:
        """Send a signal; whether there was anybody to get it."""
        if pid is None or (self._process and pid == self._process.pid and self._process.returncode is not None):
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
            return True
        return False

    def _clear_up(self) -> None:
        """End what hangs: it cannot find out by itself that its bot is gone."""
        for pid in self.stopped:
            with contextlib.suppress(OSError):
                if "tests.faults.painter" in Path(f"/proc/{pid}/cmdline").read_text():
                    self.signal(pid, signal.SIGKILL)
        self.stopped.clear()

    async def stop(self) -> int:
        """SIGTERM; the exit status."""
        self._stopping = True
        assert self._process
        self.signal(self._process.pid, signal.SIGTERM)
        async with asyncio.timeout(_STOP_S):
            return await self._process.wait()

    def abandon(self) -> None:
        """Leave nothing running."""
        self._stopping = True
        self._clear_up()
        if self._process:
            child = self.child()
            self.signal(child, signal.SIGKILL)
            self.signal(self._process.pid, signal.SIGKILL)


def _how(status: int) -> str:
    return f"ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
