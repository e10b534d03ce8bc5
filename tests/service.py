"""The whole service as a process of its own, for tests that use it, kill it and start it again."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

START_S = 60
PAINT_S = 240
KEY = "a key for tests"


class Service:
    """`atelier run` on a free port of loopback, with a data folder of its own."""

    def __init__(self, data: Path, weights_dir: Path, **settings: str) -> None:
        self.data = data
        self.url = ""
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ATELIER_")},
            "ATELIER_DATA_DIR": str(data),
            "ATELIER_WEB__PORT": "0",
            "ATELIER_RENDERER__WEIGHTS_DIR": str(weights_dir),
            "ATELIER_RENDERER__DEVICE": "cpu",
            "ATELIER_WEB__API_KEY": KEY,
            **settings,
        }
        self._process: asyncio.subprocess.Process | None = None
        self._log: asyncio.Task[None] | None = None
        self.log: list[str] = []

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._environment,
        )
        assert self._process.stdout and self._process.stderr
        self._log = asyncio.create_task(self._keep_log(self._process.stderr))
        async with asyncio.timeout(START_S):
            while line := (await self._process.stdout.readline()).decode():
                if found := re.search(r"open at (http\S+)", line):
                    self.url = found[1]
                    return
        # Ended before it is signalled: Popen would reap it behind asyncio's back, and its status be lost.
        await self._process.wait()
        await self._log
        raise AssertionError("the service did not open:\n" + "\n".join(self.log))

    async def kill(self) -> None:
        """kill -9, as a power cut would."""
        assert self._process
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> int:
        """SIGTERM, as the operator would; the exit status."""
        assert self._process and self._log
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(START_S):
            status = await self._process.wait()
        await self._log
        return status

    def child(self) -> int:
        """Process id of the renderer child."""
        for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split():
            if "renderer.worker" in Path(f"/proc/{pid}/cmdline").read_text():
                return int(pid)
        raise AssertionError("there is no renderer child")

    async def _keep_log(self, stream: asyncio.StreamReader) -> None:
        while line := await stream.readline():
            self.log.append(line.decode().rstrip())


class Customer:
    """Somebody who uses the API of a service."""

    def __init__(self, service: Service, session: aiohttp.ClientSession) -> None:
        self._service = service
        self._session = session

    async def order(self, content: Path, style: Path, options: str) -> str:
        form = aiohttp.FormData()
        form.add_field("content", content.read_bytes(), filename=content.name)
        form.add_field("style", style.read_bytes(), filename=style.name)
        form.add_field("options", options)
        headers = {"Authorization": f"Bearer {KEY}"}  # tests ask for few iterations
        async with self._session.post(f"{self._service.url}/api/v1/jobs", data=form, headers=headers) as answer:
            body = await answer.json()
            assert answer.status == 202, body
            return str(body["id"])

    async def look(self, job: str) -> dict[str, Any]:
        async with self._session.get(f"{self._service.url}/api/v1/jobs/{job}") as answer:
            assert answer.status == 200
            view: dict[str, Any] = await answer.json()
            return view

    async def cancel(self, job: str) -> None:
        async with self._session.delete(f"{self._service.url}/api/v1/jobs/{job}") as answer:
            assert answer.status == 200

    async def until(self, job: str, *statuses: str, progress: float = 0) -> dict[str, Any]:
        """Follow the job's event stream until it is there."""
        async with asyncio.timeout(PAINT_S):
            async with self._session.get(
                f"{self._service.url}/api/v1/jobs/{job}/events", timeout=aiohttp.ClientTimeout(None)
            ) as stream:
                async for line in stream.content:
                    if line.startswith(b"data: {"):
                        view = await self.look(job)
                        if view["status"] in statuses and view["progress"] >= progress:
                            return view
        raise AssertionError(
            f"the stream ended before {statuses}: {await self.look(job)}\n" + "\n".join(self._service.log)
        )

    async def result(self, job: str) -> bytes:
        async with self._session.get(f"{self._service.url}/api/v1/jobs/{job}/result") as answer:
            assert answer.status == 200 and answer.content_type == "image/png"
            return await answer.read()


@asynccontextmanager
async def running(data: Path, weights_dir: Path, **settings: str) -> AsyncIterator[tuple[Service, Customer]]:
    service = Service(data, weights_dir, **settings)
    await service.start()
    try:
        async with aiohttp.ClientSession() as session:
            yield service, Customer(service, session)
    finally:
        await service.stop()
