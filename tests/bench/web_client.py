"""What the measurements of a service ask of its API, each time as a browser with a session of its own."""

from __future__ import annotations

import io
import secrets
from typing import Any

import aiohttp
import numpy as np
from PIL import Image

from tests.bench import subjects


class Client:
    """One browser."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http
        self.session = secrets.token_hex(16)
        self._headers = {"Cookie": f"atelier_session={self.session}"}

    async def post(self, content: bytes, style: bytes, size: int) -> tuple[int, dict[str, Any]]:
        """Order a painting; the status and the body of the answer."""
        form = aiohttp.FormData()
        form.add_field("content", io.BytesIO(content), filename="content.jpg")
        form.add_field("style", io.BytesIO(style), filename="style.jpg")
        form.add_field("options", f'{{"size": {size}}}')
        async with self._http.post("/api/v1/jobs", data=form, headers=self._headers) as answer:
            return answer.status, await answer.json()

    async def order(self, content: bytes, style: bytes, size: int) -> str:
        """Order a painting that is accepted; the job's id."""
        status, body = await self.post(content, style, size)
        assert status == 202, body
        return str(body["id"])

    async def look(self, job: str) -> dict[str, Any]:
        """The job's view."""
        async with self._http.get(f"/api/v1/jobs/{job}", headers=self._headers) as answer:
            view: dict[str, Any] = await answer.json()
            assert answer.status == 200, view
            return view


def photograph(sides: tuple[int, int], quality: int, seed: int) -> bytes:
    """A JPEG of these sides, smooth and with grain as photographs are; another one for each seed."""
    smooth = np.asarray(subjects.photograph().resize(sides).rotate(seed), dtype=np.int16)
    grain = np.random.default_rng(seed).integers(-12, 12, (sides[1], sides[0], 1), dtype=np.int16)
    buffer = io.BytesIO()
    Image.fromarray((smooth + grain).clip(0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def quantile(times: list[float], part: float) -> float:
    """Of sorted times, the one that this part of them is not above."""
    return times[max(0, round(part * len(times)) - 1)]
