"""The X bot as people meet it: the whole service, the real renderer and moderator, and an X of ours."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from pathlib import Path

import pytest
from PIL import Image
from skimage import data

from tests.conversation import PAINT_S, jpeg
from tests.fakes.x import FakeX, fake_x
from tests.service import running

pytestmark = pytest.mark.slow


async def atelier(folder: Path, x: FakeX, *words: str) -> tuple[int, str]:
    """A command beside the service: its exit status, and all that it printed."""
    environment = os.environ | x.settings | {"ATELIER_DATA_DIR": str(folder)}
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words), env=environment, stdout=-1, stderr=asyncio.subprocess.STDOUT
    )
    printed, _ = await command.communicate()
    return command.returncode or 0, printed.decode()


async def test_a_mention_becomes_a_painting_and_then_another(tmp_path: Path, weights_dir: Path) -> None:
    folder = tmp_path / "data"
    async with fake_x() as x, running(folder, weights_dir, **x.settings, ATELIER_LOG__LEVEL="debug") as (service, _):
        await x.until(lambda: any(call.name == "mentions" for call in x.calls))
        post = await x.person("Alice").post(
            "@atelier_bot size=128 draft", [jpeg(data.chelsea()), jpeg(data.coffee())], alt=["My cat"]
        )
        await x.until(lambda: bool(x.replies_to(post)), PAINT_S)
        (answer,) = x.replies_to(post)
        (media,) = answer.media
        assert Image.open(io.BytesIO(media.data)).size == (128, 85)
        assert media.alt == "My cat. In the style of the other picture: painted by a machine."
        again = await x.person("Bob").post("stronger", reply_to=answer)
        await x.until(lambda: bool(x.replies_to(again)), PAINT_S)
        assert x.replies_to(again)[0].media[0].data != media.data
        status, spent = await atelier(folder, x, "admin", "spend")
        assert status == 0 and "reply · 2 · $0.020" in spent
        status, checked = await atelier(folder, x, "x", "check")
        assert status == 0 and "@atelier_bot" in checked and "Nothing was posted." in checked
        assert len([one for one in x.posts if one.author is x.bot]) == 2
    for secret in (x.keys.consumer_secret, x.keys.access_token_secret, x.keys.access_token):
        assert secret not in "\n".join(service.log) + spent + checked


async def test_keys_that_are_wrong_are_named_by_the_check(tmp_path: Path) -> None:
    async with fake_x() as x:
        right = x.settings | {"ATELIER_X__ACCESS_TOKEN_SECRET": "not-this-one"}
        environment = os.environ | right | {"ATELIER_DATA_DIR": str(tmp_path / "data")}
        command = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "x", "check"), env=environment, stderr=asyncio.subprocess.PIPE
        )
        _, complaint = await command.communicate()
        assert command.returncode == 2 and complaint.decode().startswith("atelier: X refuses the keys")
        assert len(complaint.decode().splitlines()) == 1
