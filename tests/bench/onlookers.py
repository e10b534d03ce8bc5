"""`python -m tests.bench.onlookers URL`: holds event streams open, as so many browsers would.

Reads lines of a job's id and a session from stdin, and an empty line after the last. Says ``open`` once every stream
has told its first event; when stdin is closed it says how many streams were still open, and how many bytes came.
"""

from __future__ import annotations

import asyncio
import os
import sys
from urllib.parse import urlsplit

#: Browsers are on other machines: the bot goes first.
_NICENESS = 5


class Onlookers:
    """All the streams, and what came through them."""

    def __init__(self, url: str) -> None:
        self._where = urlsplit(url)
        self.open = 0
        self.received = 0

    async def follow(self, job: str, session: str, begun: asyncio.Event) -> None:
        """Read one stream to its end."""
        reader, writer = await asyncio.open_connection(self._where.hostname, self._where.port, limit=1 << 17)
        writer.write(
            f"GET /api/v1/jobs/{job}/events HTTP/1.1\r\nHost: {self._where.netloc}\r\n"
            f"Cookie: atelier_session={session}\r\n\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in head.partition(b"\r\n")[0], head
        await reader.readuntil(b"event: status")
        begun.set()
        self.open += 1
        try:
            while data := await reader.read(1 << 16):
                self.received += len(data)
        finally:
            self.open -= 1
            writer.close()


async def main() -> None:
    os.nice(_NICENESS)
    onlookers, loop = Onlookers(sys.argv[1]), asyncio.get_running_loop()
    wanted = [line.split() for line in iter(sys.stdin.readline, "\n")]
    begun = [asyncio.Event() for _ in wanted]
    tasks = [
        asyncio.create_task(onlookers.follow(job, session, event))
        for (job, session), event in zip(wanted, begun, strict=True)
    ]
    async with asyncio.timeout(60):
        await asyncio.gather(*(event.wait() for event in begun))
    print("open", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    print(onlookers.open, onlookers.received, flush=True)
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(main())
