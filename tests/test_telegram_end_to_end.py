"""The Telegram bot as people meet it: the whole service, the real renderer, and a Telegram of ours."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.conversation import Story, telegram_service

pytestmark = pytest.mark.slow


async def test_one_picture_and_a_button_become_a_painting_and_then_another(tmp_path: Path, weights_dir: Path) -> None:
    async with telegram_service(tmp_path / "data", weights_dir) as (telegram, service):
        story = Story(telegram, words="size=128 draft")
        await story.ask()
        painting = await story.choose("Waves")
        assert painting.photo and Image.open(io.BytesIO(painting.photo)).size == (128, 85)
        assert "Waves" in painting.words
        assert await story.heard("Your painting is ready.")
        stronger = await story.variation(painting, "Stronger")
        assert stronger.photo and stronger.photo != painting.photo
        await story.alice.press(stronger, "As file")
        await telegram.until(lambda: any(message.document for message in telegram.chat(story.alice).from_bot))
        file = next(message.document for message in telegram.chat(story.alice).from_bot if message.document)
        assert Image.open(io.BytesIO(file.data)).format == "PNG"
        await story.alice.press(stronger, "Breakdown")
        assert "Seed" in (await story.heard("The critic")).words
        assert "woodcut" in (await story.misspell()).words
        assert "Woodcut" in (await story.correct()).words
        telegram.assert_rates()
        log = "\n".join(service.log)
        assert "painting ended" in log
        for secret in (telegram.token, str(story.alice.id), story.alice.name, story.alice.user.username):
            assert secret and secret not in log
