"""From pictures and words to a job."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from bot.adapters.telegram.downloads import Downloads, check_size
from bot.adapters.telegram.heard import Picture
from bot.adapters.telegram.live import Live
from bot.adapters.telegram.services import Services
from bot.adapters.telegram.speech import PLATFORM, Speaker
from bot.errors import BadPicture, BadRequest, UserError
from bot.gallery import Entry
from bot.intake import Order, Style
from bot.jobs import Job
from bot.options import Wishes, parse
from bot.texts import phrase
from renderer.options import PAINT, RenderOptions

#: Styles that are blended at most.
MAX_STYLES = 4


@dataclasses.dataclass(frozen=True)
class Wanted:
    """All that a job is made of."""

    pictures: tuple[Picture, ...]  #: the content, then the styles
    wishes: Wishes
    source: str

    @property
    def is_complete(self) -> bool:
        """Whether it can be painted: there is a content, and a style unless it is dreamed."""
        has_style = len(self.pictures) > 1 or self.wishes.choose_style or is_dream(self.wishes)
        return bool(self.pictures) and has_style


def is_dream(wishes: Wishes) -> bool:
    """Whether the words ask for a dream."""
    return wishes.options.get("mode") == "dream"


class Ordering:
    """Places orders."""

    def __init__(self, services: Services, downloads: Downloads, live: Live) -> None:
        self._services = services
        self._downloads = downloads
        self._live = live

    def read(self, lines: Sequence[str]) -> Wishes:
        """What several messages ask for together: a later one wins. Raises UnknownWord and BadRequest."""
        known = self._services.gallery.known()
        wishes = Wishes()
        for line in lines:
            wishes = _together(wishes, parse(line, known))
        return wishes

    async def place(self, speaker: Speaker, wanted: Wanted, is_due: Callable[[], Awaitable[bool]]) -> Job | None:
        """The job, accepted; raises UserError where it cannot be.

        None where, once the pictures are fetched, `is_due` says that it is wanted no more.
        """
        services = self._services
        await services.accounts.check_quota(speaker.requester, speaker.place)
        options = await self._options(speaker, wanted.wishes)
        chosen = self._chosen(wanted, options)
        _check_sizes(wanted.pictures[1:])
        async with self._downloads.fetched(wanted.pictures) as (content, *sent):
            styles = [Style(file) for file in sent]
            styles += [Style(await services.gallery.picture(entry), weight) for entry, weight in chosen]
            order = _order(speaker, wanted, options, content, styles, [entry.name for entry, _ in chosen])
            if not await is_due():
                return None
            return await services.intake.accept(order)

    async def is_placed(self, speaker: Speaker, source: str) -> bool:
        """Whether there is a job of that source; then the speaker is shown it, if they were not."""
        latest = await self._services.desk.history(speaker.requester)
        job = next((job for job in latest if (job.adapter, job.source) == (PLATFORM, source)), None)
        if job:
            await self.show(job)
        return job is not None

    async def show(self, job: Job) -> None:
        """Show the speaker a job, if they were not."""
        address = await self._services.addresses.get(job.id)
        if address and address["live"] is None:  # else the same order came before
            await self._live.begin(job, address)

    async def _options(self, speaker: Speaker, wishes: Wishes) -> RenderOptions:
        """The person's own defaults, under what the words say."""
        account = await self._services.accounts.get(speaker.requester)
        usual = {name: value for name, value in account.options.items() if not (is_dream(wishes) and name in PAINT)}
        return wishes.render_options(RenderOptions.model_validate(usual))

    def _chosen(self, wanted: Wanted, options: RenderOptions) -> tuple[tuple[Entry, float], ...]:
        sent = len(wanted.pictures) - 1
        if sent and wanted.wishes.by_chance:
            raise BadRequest(phrase("telegram-style-and-chance"), "bad_options")
        seed = options.seed if "seed" in wanted.wishes.options else None
        chosen = self._services.gallery.chosen(wanted.wishes, seed)
        check_number(sent + len(chosen))
        return chosen


def check_number(styles: int) -> None:
    """Raise BadRequest where these are more styles than are blended."""
    if styles > MAX_STYLES:
        raise BadRequest(phrase("telegram-styles", count=styles, most=MAX_STYLES), "bad_options")


def _check_sizes(styles: Sequence[Picture]) -> None:
    for number, style in enumerate(styles, 1):
        try:
            check_size(style)
        except BadPicture as bad:
            which = phrase("intake-the-style") if len(styles) == 1 else phrase("intake-style", number=number)
            raise BadPicture(phrase("intake-about", which=which, problem=bad.said), bad.code) from bad


def style_was_bad(error: UserError) -> bool:
    """Whether it is a style picture, and not the content, that could not be read."""
    which = getattr(error.said, "args", {}).get("which")
    return getattr(which, "id", "") in {"intake-the-style", "intake-style"}


def _together(before: Wishes, after: Wishes) -> Wishes:
    style = after if after.choose_style or is_dream(after) else before
    options = {**before.options, **after.options}
    if after.choose_style and not is_dream(after):
        options.pop("mode", None)
    return dataclasses.replace(style, options=options)


def _order(
    speaker: Speaker, wanted: Wanted, options: RenderOptions, content: Path, styles: list[Style], names: list[str]
) -> Order:
    return Order(
        PLATFORM,
        wanted.source,
        speaker.requester,
        content,
        tuple(styles),
        options,
        place=speaker.place,
        language=speaker.language,
        address={
            "chat": speaker.chat,
            "thread": speaker.thread,
            "request": speaker.message,
            "live": None,
            "photo": False,
            "notified": False,
            "private": speaker.private,
            "swappable": len(wanted.pictures) == 2 and not names,
            "styles": names,
        },
    )
