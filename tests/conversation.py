"""One whole conversation with the Telegram bot, from the first word to the last: tested, and shown in the docs.

The service is a process of its own with the real renderer; only Telegram is ours.
"""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
from PIL import Image
from skimage import data

from tests.fakes.telegram import FakeTelegram, Message, fake_telegram
from tests.service import Service, running

#: Seconds in which a small painting is made on a busy machine.
PAINT_S = 300


@asynccontextmanager
async def telegram_service(folder: Path, weights_dir: Path) -> AsyncIterator[tuple[FakeTelegram, Service]]:
    """`atelier run` with nothing set but what leads it to our Telegram."""
    async with fake_telegram() as telegram:
        settings = {
            "ATELIER_TELEGRAM__TOKEN": telegram.token,
            "ATELIER_TELEGRAM__BASE_URL": telegram.base_url,
            "ATELIER_TELEGRAM__BASE_FILE_URL": telegram.base_file_url,
        }
        async with running(folder, weights_dir, **settings) as (service, _):
            yield telegram, service


class Story:
    """What Alice says and presses; `words` go into the caption of her first picture."""

    def __init__(self, telegram: FakeTelegram, words: str = "") -> None:
        self.telegram = telegram
        self.alice = telegram.person("Alice")
        self._words = words

    async def ask(self) -> Message:
        """A greeting and a picture; the question for its style."""
        await self.alice.text("/start")
        await self.heard("Hello!")
        await self.alice.photo(jpeg(data.chelsea()), self._words)
        return await self.heard("Which style?")

    async def choose(self, style: str) -> Message:
        """A style by its button; the message that has become the painting."""
        await self.alice.press(await self.heard("Which style?"), style)
        return await self.painted()

    async def variation(self, painting: Message, button: str) -> Message:
        """Another painting by a button under the first; its message, once it is there."""
        await self.alice.press(painting, button)
        return await self.painted(after=painting)

    async def misspell(self) -> Message:
        """A style that there is not; the answer, which names the nearest."""
        await self.alice.photo(jpeg(data.coffee()), f"woodcat {self._words}".strip())
        return await self.heard("Did you mean")

    async def correct(self) -> Message:
        """The style as it is written; the painting."""
        await self.alice.text(f"woodcut {self._words}".strip())
        return await self.painted(after=self.paintings[-1])

    async def heard(self, words: str, timeout_s: float = 30) -> Message:
        """The bot's newest message with these words, once there is one."""
        await self.telegram.until(lambda: any(words in one.words for one in self._from_bot()), timeout_s)
        said = self._from_bot()
        return next(message for message in reversed(said) if words in message.words)

    async def painted(self, after: Message | None = None) -> Message:
        """The newest painting, once there is one newer than `after` and its notice."""
        await self.telegram.until(
            lambda: (
                bool(self.paintings)
                and (after is None or self.paintings[-1].id > after.id)
                and len([one for one in self._from_bot() if "is ready" in one.words]) == len(self.paintings)
            ),
            PAINT_S,
        )
        return self.paintings[-1]

    @property
    def paintings(self) -> list[Message]:
        """The messages that have become paintings."""
        return [message for message in self._from_bot() if "Breakdown" in message.buttons]

    def _from_bot(self) -> list[Message]:
        return self.telegram.chat(self.alice).from_bot


def jpeg(pixels: np.ndarray) -> bytes:
    """A photograph as a telephone sends it."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=92)
    return stream.getvalue()
