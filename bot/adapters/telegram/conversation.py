"""Pictures and words that belong together, until they are a painting."""

from __future__ import annotations

import dataclasses

import structlog
from telegram.error import TelegramError

from bot.adapters.telegram.begun import Begun, joined, new_pictures
from bot.adapters.telegram.downloads import check_size
from bot.adapters.telegram.heard import Heard
from bot.adapters.telegram.ordering import Ordering, Wanted, check_number, style_was_bad
from bot.adapters.telegram.prompt import NO_PICTURE, Prompt
from bot.adapters.telegram.services import Services
from bot.adapters.telegram.speech import Keyboard, Speaker, Voice
from bot.errors import BadPicture, BadRequest, Forbidden, UnknownStyle, UnknownWord, UserError
from bot.jobs import Job
from bot.options import Wishes
from bot.texts import Said, phrase, together

log = structlog.get_logger(__name__)


class Conversation:
    """Takes in what people send, and orders as soon as it is complete."""

    def __init__(self, services: Services, ordering: Ordering, prompt: Prompt, voice: Voice) -> None:
        self._services = services
        self._ordering = ordering
        self._prompt = prompt
        self._voice = voice
        self._accepting: set[tuple[str, str]] = set()  # requesters and chats whose orders can no longer be dropped

    async def begun(self, speaker: Speaker) -> Begun:
        """What this person has begun here."""
        return Begun.of(await self._services.pairing.get(speaker.requester, speaker.here))

    async def paint(self, heard: Heard) -> None:
        """Pictures with or without words, or words for pictures that are there. Raises UserError."""
        speaker = heard.speaker
        await self._services.accounts.admit(speaker.requester, speaker.place)
        before = await self.begun(speaker)
        if before == Begun() and await self._ordering.is_placed(speaker, heard.source):
            return  # heard before the bot was killed
        new = new_pictures(before, heard)
        if heard.pictures and not new and before.prompt:
            return  # delivered twice
        begun = joined(before, heard, new)
        for content in begun.pictures[:1]:
            check_size(content)
        check_number(len(begun.pictures) - 1)
        if begun.prompt != before.prompt:
            await self._prompt.take_back(speaker.chat, before.prompt)
        words = " ".join(heard.words.split())
        await self._advance(speaker, begun, words, heard.source, _left_out(heard))

    async def dream(self, heard: Heard) -> None:
        """As `paint`, for a painting without a style. Raises UserError."""
        await self.paint(dataclasses.replace(heard, words=f"dream {heard.words}"))

    async def text(self, heard: Heard) -> None:
        """Words that may be meant for a picture, or for nothing that is known here. Raises UserError."""
        nothing_begun = await self.begun(heard.speaker) == Begun()
        if nothing_begun and not (heard.quoted and not heard.quotes_bot) and not self._is_understood(heard.words):
            await self._voice.say(heard.speaker, phrase("telegram-what-i-do"))
        else:
            await self.paint(heard)

    async def is_about(self, speaker: Speaker, request: int) -> bool:
        """Whether what this person has begun here began with that message."""
        return request in {NO_PICTURE, (await self.begun(speaker)).request}

    async def choose(self, speaker: Speaker, request: int, words: str, source: str) -> None:
        """Words said by a button about what `is_about` that message. Raises UserError."""
        await self._services.accounts.admit(speaker.requester, speaker.place)
        begun = await self.begun(speaker)
        begun = dataclasses.replace(begun, request=begun.request or speaker.message)
        await self._advance(speaker.at(begun.request), begun, words, source, None)

    async def mended(self, speaker: Speaker, request: int, number: int) -> str | None:
        """The words that a button offers in place of some that were not understood; None where it is too late."""
        begun = await self.begun(speaker)
        return begun.mended[number] if begun.request == request and number < len(begun.mended) else None

    async def forget(self, speaker: Speaker, request: int | None = None) -> bool:
        """Drop what was begun, if it is about that message; whether there was anything that is not ordered yet."""
        begun = await self.begun(speaker)
        if begun == Begun() or request not in {None, begun.request}:
            return False
        taken = await self._take(speaker)
        if (speaker.requester, speaker.here) in self._accepting:
            return False
        await self._prompt.take_back(speaker.chat, taken.prompt)
        return True

    async def _advance(self, speaker: Speaker, before: Begun, words: str, source: str, note: Said | None) -> None:
        """Order if nothing is missing, else ask for it. What cannot be done is told and not kept."""
        begun = dataclasses.replace(before, lines=(*before.lines, words)) if words else before
        try:
            wanted = Wanted(begun.pictures, self._ordering.read(begun.lines), source)
            if wanted.is_complete:
                await self._place(speaker, begun, wanted, note)
            elif begun.pictures:
                await self._ask(speaker, begun, note or (phrase("telegram-noted") if words and begun.prompt else None))
            else:
                await self._ask_for_picture(speaker, begun, wanted.wishes)
        except UnknownWord as unclear:
            await self._clarify(speaker, before, unclear)
        except (UnknownStyle, BadRequest) as unclear:
            if not before.pictures:
                raise
            await self._ask(speaker, before, unclear.said)

    async def _clarify(self, speaker: Speaker, before: Begun, unclear: UnknownWord) -> None:
        """Keep the words that were understood, and offer a button for what was probably meant by another."""
        begun, said = before, unclear.said
        if unclear.understood:
            begun = dataclasses.replace(begun, lines=(*begun.lines, unclear.understood))
            said = together(said, phrase("telegram-rest-kept", words=unclear.understood))
        if unclear.nearest:
            mended = f"{unclear.understood} {unclear.nearest}".strip()
            begun = dataclasses.replace(begun, mended=(*begun.mended, mended))
        if begun.pictures:
            await self._ask(speaker, begun, said, unclear.nearest)
        elif begun == before:
            raise unclear
        else:
            await self._keep(speaker, begun)
            await self._voice.say(speaker, said, self._offered(speaker, begun, unclear.nearest))

    async def _place(self, speaker: Speaker, begun: Begun, wanted: Wanted, note: Said | None) -> None:
        """Order, unless the beginning is dropped while the pictures are fetched."""
        whose = (speaker.requester, speaker.here)

        async def is_due() -> bool:
            self._accepting.add(whose)
            return await self._is_there(speaker, begun)

        try:
            job = await self._ordering.place(speaker, wanted, is_due)
        except UserError as refused:
            if whose in self._accepting or await self._is_there(speaker, begun):
                await self._refuse(speaker, begun, refused)
        except BaseException:
            if whose in self._accepting or await self._is_there(speaker, begun):
                await self._keep(speaker, begun)
            raise
        else:
            if job:
                await self._conclude(speaker, begun, job, note)
        finally:
            self._accepting.discard(whose)

    async def _is_there(self, speaker: Speaker, begun: Begun) -> bool:
        """Whether nobody has dropped it since it was read."""
        return not begun.is_kept or await self.begun(speaker) != Begun()

    async def _refuse(self, speaker: Speaker, begun: Begun, refused: UserError) -> None:
        """Tell why it is not ordered, and keep what can be ordered yet."""
        if isinstance(refused, UnknownWord | UnknownStyle | BadRequest):
            raise refused
        if isinstance(refused, Forbidden):
            await self._take(speaker)
            raise refused
        if isinstance(refused, BadPicture):
            await self._let_go(speaker, begun, refused)
            return
        await self._keep(speaker, begun)
        await self._voice.say(speaker, together(refused.said, phrase("telegram-kept"), by="\n\n"))

    async def _conclude(self, speaker: Speaker, begun: Begun, job: Job, note: Said | None) -> None:
        # First: whatever fails from here on, what is ordered is not ordered once more by the next picture.
        await self._take_with_question(speaker, begun)
        await self._ordering.show(job)
        if note is None:
            return
        try:
            await self._voice.say(speaker, note)
        except TelegramError as error:
            # The job has its message; that something went wrong would be understood of the painting.
            log.warning("note not sent", person=speaker.requester, why=error)

    async def _let_go(self, speaker: Speaker, begun: Begun, bad: BadPicture) -> None:
        """Of pictures that cannot be painted from only a good content is kept."""
        if not style_was_bad(bad):
            await self._take_with_question(speaker, begun)
            raise bad
        await self._take(speaker)
        await self._ask(speaker, dataclasses.replace(begun, pictures=begun.pictures[:1]), bad.said)

    def _offered(self, speaker: Speaker, begun: Begun, meant: str | None) -> Keyboard:
        """The button that takes the last of `mended`."""
        number = len(begun.mended) - 1
        return self._prompt.mending(begun.request, number, meant, speaker.language) if meant else ()

    async def _ask(self, speaker: Speaker, begun: Begun, note: Said | None, meant: str | None = None) -> None:
        """Keep what there is, and ask for what is missing; `note` is said first, and `meant` offered."""
        await self._keep(speaker, begun)
        about = speaker.at(begun.request)
        several = len(begun.pictures) > 1
        offered = self._offered(speaker, begun, meant)
        if begun.prompt is not None:
            again = phrase("telegram-all-kept" if several else "telegram-still-waiting")
            await self._voice.say(speaker, _after(note, again), offered)
            return
        if several:
            prompt = await self._prompt.ask_whether(about, _after(note, phrase("telegram-all-kept")), offered)
        else:
            question = phrase("telegram-which-style" if speaker.private else "telegram-which-style-group")
            prompt = await self._prompt.show_gallery(about, _after(note, question), begun.request, offered)
        asked = dataclasses.replace(begun, prompt=prompt).pending()
        if not await self._services.pairing.amend(speaker.requester, speaker.here, asked):
            await self._prompt.take_back(speaker.chat, prompt)  # answered by its button already

    async def _ask_for_picture(self, speaker: Speaker, begun: Begun, wishes: Wishes) -> None:
        if not begun.lines:
            await self._voice.say(speaker, phrase("telegram-how-to-paint"))
            return
        await self._keep(speaker, begun)
        titles = " + ".join(self._services.gallery.find(name).title for name, _ in wishes.styles)
        said = phrase("telegram-now-the-picture-in", style=titles) if titles else phrase("telegram-now-the-picture")
        await self._voice.say(speaker, said)

    async def _take(self, speaker: Speaker) -> Begun:
        return Begun.of(await self._services.pairing.take(speaker.requester, speaker.here))

    async def _take_with_question(self, speaker: Speaker, begun: Begun) -> None:
        """Also the question that was asked since `begun` was read."""
        taken = await self._take(speaker)
        await self._prompt.take_back(speaker.chat, taken.prompt or begun.prompt)

    async def _keep(self, speaker: Speaker, begun: Begun) -> None:
        await self._services.pairing.keep(speaker.requester, speaker.here, begun.pending())

    def _is_understood(self, words: str) -> bool:
        """Whether these are words of the grammar, or meant to be."""
        try:
            self._ordering.read([words])
        except UserError as unclear:
            return "=" in words or "#" in words or _is_near_miss(unclear)
        return True


def _is_near_miss(unclear: UserError) -> bool:
    """Whether there is something that was probably meant; to a tag, what people chat is often near by chance."""
    nearest = unclear.nearest if isinstance(unclear, UnknownWord) else None
    return nearest is not None and not nearest.startswith("+")


def _after(note: Said | None, said: Said) -> Said:
    return together(note, said, by="\n\n") if note else said


def _left_out(heard: Heard) -> Said | None:
    """What is said of an item of an album that is no picture, or of one that came without the others."""
    if heard.other:
        return phrase("telegram-album-left-out")
    return phrase("telegram-album-alone") if heard.alone else None
