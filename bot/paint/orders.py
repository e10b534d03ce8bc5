"""A commission's pictures, checked and decoded, as orders for the renderer."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

from bot.errors import BadPicture
from bot.jobs import new_id
from bot.paint.commission import Commission, Work
from bot.pictures import Picture, normalise
from config.settings import LimitsSettings
from renderer import protocol


class Orders:
    """Makes the orders of a commission, one for each content."""

    def __init__(self, commission: Commission, limits: LimitsSettings) -> None:
        self._commission = commission
        self._limits = limits
        self._styles: list[protocol.StyleInput] = []
        self._masks: list[tuple[Path, Picture]] = []
        self._initial: str | None = None

    async def prepare(self, folder: Path) -> None:
        """Decode into `folder` what all orders share; raises BadPicture, which names the file."""
        for style in self._commission.styles:
            picture = await self._decode(style.picture, folder)
            mask = await self._decode(style.mask, folder) if style.mask else None
            if style.mask and mask:
                self._masks.append((style.mask, mask))
            self._styles.append(
                protocol.StyleInput(
                    picture=str(picture.file), weight=style.weight, mask=str(mask.file) if mask else None
                )
            )
        if self._commission.initial:
            self._initial = str((await self._decode(self._commission.initial, folder)).file)

    async def order(self, work: Work, folder: Path) -> protocol.Paint:
        """The first attempt at one painting, whose files lie in `folder`.

        Raises BadPicture where the content cannot be used or a mask has not its shape.
        """
        content = await self._decode(work.content, folder)
        for path, mask in self._masks:
            if not mask.has_shape_of(content):
                raise BadPicture(
                    f"{path}: this mask has {mask.width} × {mask.height} pixels, which is not the shape of "
                    f"{work.content} ({content.width} × {content.height}); draw it over that picture"
                )
        steps = folder / "steps"
        steps.mkdir()
        return protocol.Paint(
            job=new_id(),
            attempt=1,
            delivery=1,
            content=str(content.file),
            styles=tuple(self._styles),
            initial=self._initial,
            output=str(folder / "painting.png"),
            frames=str(folder / "frames.zip") if work.film else None,
            steps=str(steps) if self._commission.options.save_every else None,
            options=self._commission.options,
        )

    async def _decode(self, path: Path, folder: Path) -> Picture:
        try:
            if not stat.S_ISREG((await asyncio.to_thread(path.stat)).st_mode):
                raise BadPicture("this is no picture file")
            return await normalise(path, lambda suffix: folder / (new_id() + suffix), self._limits)
        except BadPicture as exc:
            raise BadPicture(f"{path}: {exc.message}", exc.code) from exc
        except FileNotFoundError as exc:
            raise BadPicture(f"{path}: there is no such file", "picture_missing") from exc
        except OSError as exc:
            raise BadPicture(f"{path}: this file cannot be read ({exc.strerror})") from exc
