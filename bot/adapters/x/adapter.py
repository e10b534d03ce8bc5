"""The X adapter: a bot that looks for mentions and answers each at most once."""

from __future__ import annotations

import asyncio
import functools
from pathlib import Path

import structlog

from bot.adapters.x.answering import Answering, Sleep
from bot.adapters.x.api import Api, Me
from bot.adapters.x.downloads import Downloads
from bot.adapters.x.failures import MAY_NOT_WRITE, Kind, Trouble
from bot.adapters.x.keys import check_keys
from bot.adapters.x.mentions import Mentions
from bot.adapters.x.ordering import Ordering
from bot.adapters.x.posting import SETTLE_S, Answer, Posting
from bot.adapters.x.posts import PLATFORM
from bot.adapters.x.rehearsal import Rehearsal
from bot.adapters.x.services import Services
from bot.adapters.x.speech import alt_text, caption, line
from bot.errors import AdapterDown, OverBudget, Refused, Retry, Unwritable
from bot.jobs import Job
from bot.patience import patiently
from bot.ports import Reply, Sent
from bot.replies import reply_to
from config.settings import XSettings
from renderer.protocol import Progress

log = structlog.get_logger(__name__)

#: Seconds after which a reply is tried again that came while there was no connection.
_UNCONNECTED_S = 5.0
#: The same once X lets the bot do nothing, and between two looks where X refuses them.
_DOWN_S = 300.0
_REFUSED_S = 60.0
#: The bot looks again after that, be the limit of spending a day's or a month's.
_LONGEST_REST_S = 3600.0
#: How old a mention may be that is still dealt with: as old as a month's limit may make it.
_KEPT_S = 31 * 24 * 3600.0
#: Seconds that stopping may take.
_GRACE_S = 4.0
#: From this part of a limit on the bot looks less often, by this factor.
_NEARLY = 0.8
_SLOWER = 4
#: Reasons of a job without a painting that the person can do something about.
_MENDABLE = frozenset({"bad_input", "out_of_memory", "moderated"})


class XAdapter:
    """Serves one account. `folder` is for pictures being fetched, and for what a dry run would have posted.

    `sleep` waits between two looks at the mentions, and for better times; `settle_s` is how long X may take to show
    what was posted.
    """

    name = PLATFORM
    shows_progress = False

    def __init__(
        self,
        settings: XSettings,
        services: Services,
        folder: Path,
        sleep: Sleep = asyncio.sleep,
        settle_s: float = SETTLE_S,
    ) -> None:
        self._settings = settings
        self._services = services
        self._folder = folder
        self._sleep = sleep
        self._settle_s = settle_s
        self._posting: Posting | None = None
        self._denied = asyncio.Event()
        self._why_denied = ""
        self._replying = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._told_until = 0.0  # Unix seconds: until then admins know that the bot rests
        self.state = "connecting"  #: ``up``, or what is the matter with the connection
        self.listening = asyncio.Event()  #: set while mentions are looked for

    async def run(self) -> None:
        """Serve until cancelled; raises AdapterDown where X refuses the keys, or lets them do too little."""
        check_keys(self._settings)
        self._services.moderation.ready(self.name)
        failed = functools.partial(self._services.metrics.platform_error, self.name)
        api = Api(self._settings, self._services.budget, self._services.clock, failed)
        answering = None
        try:
            me = await self._introduced(api)
            rehearsal = Rehearsal(self._folder) if self._settings.dry_run else None
            restored = await self._services.switches.get("restored")
            posting = Posting(api, me.id, rehearsal, self._settle_s, restored["at"] if restored else 0.0)
            downloads = Downloads(self._folder / "pictures", self._settings.media_hosts, self._services.picture_bytes)
            await asyncio.to_thread(downloads.sweep)
            ordering = Ordering(me, api, downloads, self._services)
            answering = Answering(ordering, posting, self._services, self._sleep, self._deny, rehearsal)
            self._posting = posting
            for letter in await patiently(lambda: self._services.inbox.suspects(PLATFORM)):
                mention = letter["mention"]["id"]
                await self._services.notices.add("x", f"mention {mention} seems to kill the bot, and is left alone")
            left = await patiently(lambda: self._services.inbox.left(PLATFORM, _KEPT_S))
            in_hand = await self._services.inbox.in_hand(PLATFORM)
            for letter in left:
                await answering.take_left(letter, letter["mention"]["id"] in in_hand)
            log.info("x bot is up", name=me.name, dry_run=self._settings.dry_run)
            await self._look(Mentions(api, me, self._services), answering)
        finally:
            await self._close(api, answering)

    async def progress(self, job: Job, progress: Progress) -> None:
        """Nothing: a post cannot be edited, and one more would cost."""

    async def reply(self, job: Job, reply: Reply) -> Sent:
        """Answer the mention with the painting; raises Retry, Refused or Unknown."""
        return await self._reply(job, reply, again=False)

    async def find_reply(self, job: Job) -> Sent | None:
        """After Unknown: look for the answer among the bot's own posts, and post it if it is not there."""
        return await self._reply(job, None, again=True)

    async def _reply(self, job: Job, reply: Reply | None, again: bool) -> Sent:
        posting = self._posting
        if posting is None:
            raise Retry(_DOWN_S if self._denied.is_set() else _UNCONNECTED_S)
        if job.result is None and job.reason not in _MENDABLE:
            raise Refused("there is nothing that the person could mend")
        answer = await self._answer(job, reply)
        self._replying += 1
        self._quiet.clear()
        try:
            return Sent(await (posting.post_unless_there(answer) if again else posting.post(answer)))
        except OverBudget as over:
            await self._tell_over_budget(over)
            raise Retry(min(over.until_s, _LONGEST_REST_S)) from over
        except Trouble as trouble:
            if trouble.kind is Kind.DENIED:
                self._deny(str(trouble))
            raise trouble.as_reply_error() from trouble
        finally:
            self._replying -= 1
            if not self._replying:
                self._quiet.set()

    async def _answer(self, job: Job, reply: Reply | None) -> Answer:
        """What is said at the end of a job; raises Refused where nothing is."""
        address = await self._services.addresses.get(job.id)

        async def is_wanted() -> bool:
            opted_out = (await self._services.accounts.get(job.requester)).opted_out
            return not opted_out and await self._services.desk.job(job.id) is not None

        if address is None or not await is_wanted():
            raise Refused("it is wanted no more")
        if reply is None:
            reply = reply_to(job, self._services.blobs.path(job.result) if job.result else None)
        said, alt = (caption(job, address), alt_text(job, address)) if reply.painting else (reply.said, "")
        author = job.requester.partition(":")[2]
        text = line(said, job.language or "en")
        return Answer(address["mention"], author, text, reply.painting, alt, is_wanted)

    async def _introduced(self, api: Api) -> Me:
        """Who the bot is, asked until X can be reached."""
        while True:
            try:
                me = await api.me()
            except OverBudget as over:
                await self._tell_over_budget(over)
                await self._pause(min(over.until_s, _LONGEST_REST_S))
            except Trouble as trouble:
                await self._bear(trouble)
            else:
                if me.may_write is False and not self._settings.dry_run:
                    raise AdapterDown(MAY_NOT_WRITE)
                return me

    async def _look(self, mentions: Mentions, answering: Answering) -> None:
        """Look for mentions for ever."""
        while not self._denied.is_set():
            pause_s = self._settings.poll_interval_s
            try:
                async for letter in mentions.fetch():
                    await answering.take(letter)
            except OverBudget as over:
                await self._tell_over_budget(over)
                pause_s = min(over.until_s, _LONGEST_REST_S)
            except Trouble as trouble:
                await self._bear(trouble)
                continue
            except Unwritable as why:
                # The cursor has not moved on.
                self.state = f"mentions cannot be kept: {why}"
                log.warning("mentions cannot be kept", why=str(why))
            else:
                self.state = "up"
                if await self._services.budget.used() >= _NEARLY:
                    pause_s *= _SLOWER
            self.listening.set()
            await self._pause(pause_s)
        raise AdapterDown(self._why_denied)

    async def _pause(self, seconds: float) -> None:
        """Until it is time, or X has denied the bot something meanwhile."""
        sleeping = asyncio.ensure_future(self._sleep(seconds))
        denied = asyncio.create_task(self._denied.wait())
        try:
            await asyncio.wait([sleeping, denied], return_when="FIRST_COMPLETED")
        finally:
            sleeping.cancel()
            denied.cancel()

    async def _bear(self, trouble: Trouble) -> None:
        """Wait for better times; raises AdapterDown where they will not come by themselves."""
        if trouble.kind is Kind.DENIED:
            raise AdapterDown(str(trouble))
        after_s = _REFUSED_S if trouble.kind in (Kind.GONE, Kind.REFUSED) else trouble.after_s
        self.state = str(trouble)
        log.warning("x cannot be asked", why=trouble, after_s=after_s)
        await self._pause(after_s)

    def _deny(self, why: str) -> None:
        self._why_denied = why
        self._denied.set()

    async def _tell_over_budget(self, over: OverBudget) -> None:
        now = self._services.clock()
        if now >= self._told_until:
            self._told_until = now + over.until_s
            await self._services.notices.add("spend", f"X rests: {over}; paintings are kept and answered afterwards")
        self.state = f"resting: {over}"

    async def _close(self, api: Api, answering: Answering | None) -> None:
        """Look no more, let what is under way end, and only then hang up."""
        self.listening.clear()
        if answering:
            await answering.close(_GRACE_S)
        self._posting = None
        try:
            async with asyncio.timeout(_GRACE_S):
                await self._quiet.wait()
        except TimeoutError:
            log.warning("x is slow to stop")
        api.close()
