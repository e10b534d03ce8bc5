"""What people ask about their paintings by command: how they stand, what there was, and an end to them."""

from __future__ import annotations

import time

import telegram
from telegram.ext import ExtBot

from bot.adapters.telegram import keyboards, results
from bot.adapters.telegram.conversation import Conversation
from bot.adapters.telegram.heard import Heard
from bot.adapters.telegram.messages import UPLOAD
from bot.adapters.telegram.services import Services
from bot.adapters.telegram.speech import Speaker, Voice, whereabouts
from bot.desk import JobView
from bot.errors import BadRequest, NotReady
from bot.jobs import OPEN, Job, Status
from bot.replies import duration
from bot.texts import Said, phrase, together, verbatim

_LATEST = 10
#: Of an id: enough to tell one person's jobs apart.
_SHOWN_ID = 6


class OwnJobs:
    """Answers people about their own jobs; of others' they learn nothing."""

    def __init__(self, bot: ExtBot[None], services: Services, conversation: Conversation, voice: Voice) -> None:
        self._bot = bot
        self._services = services
        self._conversation = conversation
        self._voice = voice

    async def status(self, heard: Heard) -> None:
        """What is under way."""
        views = [await self._look(job) for job in await self._open(heard.speaker)]
        lines = [await self._standing(view) for view in views]
        paused = next((view.paused for view in views if view.paused is not None), None)
        if paused is not None:
            lines.append(phrase("painting-paused", reason=verbatim(paused)))
        begun = await self._conversation.begun(heard.speaker)
        if begun.pictures:
            lines.append(phrase("telegram-status-pending", count=len(begun.pictures)))
        said = together(*lines, by="\n") if lines else phrase("telegram-status-none")
        await self._voice.say(heard.speaker, said)

    async def cancel(self, heard: Heard) -> None:
        """Drop what was begun, else end a job: the one that is named, or the only one. Raises UserError."""
        speaker = heard.speaker
        if not heard.words and await self._conversation.forget(speaker):
            await self._voice.say(speaker, phrase("telegram-forgotten"))
            return
        jobs = await self._named(speaker, heard.words)
        for job in jobs:
            try:
                await self._services.desk.cancel(job.id, speaker.requester)
            except NotReady:  # of several, one may end in this very moment
                if len(jobs) == 1:
                    raise
        await self._voice.say(speaker, phrase("telegram-cancelling", count=len(jobs)))

    async def history(self, heard: Heard) -> None:
        """The last jobs."""
        jobs = await self._services.desk.history(heard.speaker.requester, _LATEST)
        if not jobs:
            await self._voice.say(heard.speaker, phrase("telegram-history-none"))
            return
        lines = [await self._line(job) for job in jobs]
        await self._voice.say(heard.speaker, together(*lines, phrase("telegram-history-hint"), by="\n"))

    async def result(self, heard: Heard) -> None:
        """A painting once more: the one that is named, or the last. Raises UserError."""
        speaker, desk = heard.speaker, self._services.desk
        if heard.words:
            job = await desk.find(speaker.requester, heard.words)
        else:
            painted = [job for job in await desk.history(speaker.requester, 100) if job.result]
            if not painted:
                raise NotReady(phrase("telegram-no-painting"), "not_painted")
            job = painted[0]
        await self._send(speaker, job)

    async def _send(self, speaker: Speaker, job: Job) -> None:
        painting = await self._services.desk.painting(job.id, speaker.requester)
        address = await self._services.addresses.get(job.id) or {}
        media = await results.shown(job, painting, results.caption_of(job, address, self._services.gallery))
        how = {
            **whereabouts(speaker),
            **UPLOAD,
            "caption": media.caption,
            "reply_markup": keyboards.finished(job, speaker.language),
        }
        if isinstance(media, telegram.InputMediaPhoto):
            await self._bot.send_photo(speaker.chat, media.media, **how)
        else:
            await self._bot.send_document(speaker.chat, media.media, **how)

    async def _open(self, speaker: Speaker) -> list[Job]:
        jobs = await self._services.desk.history(speaker.requester, 100)
        return [job for job in reversed(jobs) if job.status in OPEN]

    async def _named(self, speaker: Speaker, words: str) -> list[Job]:
        jobs = await self._open(speaker)
        if words and words.lower() != "all":
            return [await self._services.desk.find(speaker.requester, words)]
        if not jobs:
            raise NotReady(phrase("telegram-status-none"), "no_longer_cancellable")
        if len(jobs) > 1 and not words:
            lines = [await self._standing(await self._look(job)) for job in jobs]
            raise BadRequest(together(phrase("telegram-cancel-which"), *lines, by="\n"), "bad_options")
        return jobs

    async def _look(self, job: Job) -> JobView:
        return await self._services.desk.look(job.id, job.requester)

    async def _standing(self, view: JobView) -> Said:
        job = view.job
        facts = {"id": job.id[:_SHOWN_ID], "style": await self._style(job), "eta": duration(view.eta_s or 0)}
        if view.position is None:
            return phrase("telegram-status-painted", **facts)
        if view.position == 0:
            return phrase("telegram-status-painting", percent=int(100 * _fraction(view.progress)), **facts)
        return phrase("telegram-status-waiting", place=view.position, **facts)

    async def _line(self, job: Job) -> Said:
        ago = phrase("telegram-ago", time=duration(time.time() - job.created_at))
        # One that could not be sent has failed, and can be had all the same.
        state = phrase(f"telegram-state-{Status.DELIVERED if job.result else job.status}")
        return phrase(
            "telegram-history-line", id=job.id[:_SHOWN_ID], style=await self._style(job), state=state, ago=ago
        )

    async def _style(self, job: Job) -> Said:
        address = await self._services.addresses.get(job.id) or {}
        return results.style_of(job, address, self._services.gallery)


def _fraction(progress: object) -> float:
    return float(getattr(progress, "fraction", 0.0))
