"""From a mention to a job."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from bot.adapters.x.api import Api, Me
from bot.adapters.x.downloads import Downloads
from bot.adapters.x.posts import PLATFORM, Photo, Post
from bot.adapters.x.services import Services
from bot.adapters.x.wanted import Understood, is_meant, is_named, pictures_of, understood, variation_of
from bot.errors import BadPicture, BadRequest, NotReady, UserError
from bot.gallery import Entry
from bot.intake import Again, Style
from bot.intake import Order as PaintingOrder
from bot.jobs import Job
from bot.options import Wishes
from bot.texts import language_for, phrase, say
from bot.variations import varied

_DAY_S = 24 * 3600.0
#: Paintings for one person in one conversation within a day: two bots that answer one another would go on for ever.
_PER_CONVERSATION = 12
#: Jobs of a person that are looked at for that; a quota stops who has more in a day.
_LATEST = 300


@dataclasses.dataclass(frozen=True)
class Mention:
    """A mention with the posts that it refers to, so far as X has told them."""

    post: Post
    others: Mapping[str, Post]

    @classmethod
    def from_json(cls, letter: Mapping[str, Any]) -> Mention:
        """What a letter has of it."""
        others = {post_id: Post.from_json(post) for post_id, post in letter["others"].items()}
        return cls(Post.from_json(letter["mention"]), others)

    def to_json(self) -> dict[str, Any]:
        """As a letter has it."""
        others = {post_id: post.to_json() for post_id, post in self.others.items()}
        return {"mention": self.post.to_json(), "others": others}

    @property
    def requester(self) -> str:
        """Whose it is."""
        return self.post.requester

    @property
    def place(self) -> str:
        """The conversation, which others see and take part in, too."""
        return f"{PLATFORM}:{self.post.conversation or self.post.id}"

    @property
    def language(self) -> str:
        """What it is answered in."""
        return language_for(self.post.lang)


class Ordering:
    """Places orders. Raises UserError where something cannot be done, Trouble and OverBudget of `Api`."""

    def __init__(self, me: Me, api: Api, downloads: Downloads, services: Services) -> None:
        self._me = me
        self._api = api
        self._downloads = downloads
        self._services = services

    async def completed(self, mention: Mention) -> Mention:
        """The mention with what X has not told of it and is needed: each post is asked for once."""
        post, others = mention.post, dict(mention.others)
        painted = await self._painted(mention)
        if post.has_more and (whole := await self._api.post(post.id)) and whole.photos:
            post = dataclasses.replace(post, photos=whole.photos, has_more=False)
        # With pictures of its own and our name in plain sight, nothing else matters.
        if not (post.photos and is_named(post, self._me.name)):
            for one in (post.replied_to, post.quoted if not post.photos else None):
                known = others.get(one or "")
                if one and painted is None and (known is None or known.has_more or not known.author):
                    found = await self._api.post(one)
                    others |= {one: found} if found else {}
        return Mention(post, others)

    async def is_for_us(self, mention: Mention) -> bool:
        """Whether the bot is spoken to: by its name, where X has not put it there, or in answer to its own post."""
        parent = self._parent(mention)
        is_meant_for_us = is_meant(mention.post, parent, self._me.id, self._me.name)
        return is_meant_for_us or self._is_ours(parent, await self._painted(mention))

    async def place(self, mention: Mention) -> Job | None:
        """The job that a mention, `completed`, makes or has made; None where it asks for nothing."""
        parent, painted = self._parent(mention), await self._painted(mention)
        is_ours = self._is_ours(parent, painted)
        if is_ours and not mention.post.photos:
            return await self._vary(mention, painted)
        is_meant_for_us = not is_ours and is_meant(mention.post, parent, self._me.id, self._me.name)
        said = self._understood(mention, is_meant_for_us)
        if said is None:
            return None
        photos = pictures_of(mention.post, mention.others)
        if await self._is_of_opted_out(mention, photos):
            return None
        if not photos:
            if not is_meant_for_us or self._answers_nobody(mention):
                return None
            raise BadPicture(phrase("x-film" if _has_film(mention) else "x-how-to"), "picture_missing")
        if await self._is_too_much(mention):
            return None
        return await self._paint(mention, photos, said)

    def _parent(self, mention: Mention) -> Post | None:
        return mention.others.get(mention.post.replied_to or "")

    def _is_ours(self, parent: Post | None, painted: Job | None) -> bool:
        """Whether it is a post of the bot's own that is answered; in the new names only its job tells."""
        return painted is not None or (parent is not None and parent.author == self._me.id)

    async def _painted(self, mention: Mention) -> Job | None:
        """The job of the painting that is answered, where it is one of ours and still known."""
        answered = mention.post.replied_to
        return await self._services.job_of(PLATFORM, answered) if answered else None

    def _understood(self, mention: Mention, is_for_us: bool) -> Understood | None:
        """The words; None where they are others' talk, with our name in it by X's doing."""
        try:
            said = understood(mention.post, self._services.gallery.known())
        except UserError:
            if is_for_us:
                raise
            return None
        return said if is_for_us or said.in_full else None

    async def _is_of_opted_out(self, mention: Mention, photos: tuple[Photo, ...]) -> bool:
        """Whether the pictures are of somebody who wants nothing to do with the bot: theirs are not painted, either."""
        whose = next((post.requester for post in mention.others.values() if photos and photos[0] in post.photos), None)
        if whose is None or whose == mention.requester:
            return False
        return (await self._services.accounts.get(whose)).opted_out

    def _answers_nobody(self, mention: Mention) -> bool:
        """Whether no picture will come of asking: what it refers to is gone, or not the person's to mend."""
        refers = mention.post.replied_to or mention.post.quoted
        return refers is not None and refers not in mention.others

    async def _is_too_much(self, mention: Mention) -> bool:
        latest = await self._services.desk.history(mention.requester, _LATEST)
        since = self._services.clock() - _DAY_S
        here = [job for job in latest if job.place == mention.place and job.created_at > since]
        if len(here) < _PER_CONVERSATION:
            return False
        await self._services.notices.add("x", f"{mention.requester} asks without end in one conversation; left alone")
        return True

    async def _paint(self, mention: Mention, photos: tuple[Photo, ...], said: Understood) -> Job:
        wishes = said.wishes
        dreams = wishes.options.get("mode") == "dream"
        if len(photos) > 1 and dreams:
            photos = photos[:1]
        if len(photos) == 1 and not wishes.choose_style and not dreams:
            if said.unclear:
                raise BadRequest(said.unclear, "unknown_word")
            wishes = dataclasses.replace(wishes, surprise=True)
        if len(photos) > 1 and wishes.by_chance:
            wishes = dataclasses.replace(wishes, surprise=False, must=frozenset(), must_not=frozenset())
        options = wishes.render_options()
        chosen = self._chosen(wishes)
        async with self._downloads.fetched(photos) as (content, *sent):
            styles = [Style(file) for file in sent]
            styles += [Style(await self._services.gallery.picture(entry), weight) for entry, weight in chosen]
            order = PaintingOrder(
                PLATFORM,
                mention.post.id,
                mention.requester,
                content,
                tuple(styles),
                options,
                place=mention.place,
                language=mention.language,
                address=self._address(mention, photos[0].alt, chosen, said),
            )
            return await self._services.intake.accept(order)

    async def _vary(self, mention: Mention, job: Job | None) -> Job | None:
        """Another painting from the same pictures as that of `job`, where the answer to a painting asks for one."""
        verb = variation_of(mention.post)
        said = None if verb else self._understood(mention, is_for_us=False)
        if verb is None and said is None:
            return None
        if job is None:
            raise NotReady(phrase("x-not-kept"), "input_gone")
        if await self._is_too_much(mention):
            return None
        before = await self._services.addresses.get(job.id) or {}
        chosen: tuple[tuple[Entry, float], ...] = ()
        if verb:
            options = varied(job, verb)
            if options is None:
                raise BadRequest(phrase("x-no-further"), "bad_options")
        else:
            assert said is not None
            options = said.wishes.render_options(job.options)
            chosen = self._chosen(said.wishes)
        styles = tuple([Style(await self._services.gallery.picture(entry), weight) for entry, weight in chosen])
        address = self._address(mention, before.get("alt"), chosen, said)
        again = Again(
            job,
            PLATFORM,
            mention.post.id,
            mention.requester,
            options,
            place=mention.place,
            language=mention.language,
            address=address if chosen else {**address, "styles": before.get("styles", [])},
            styles=styles or None,
        )
        return await self._services.intake.again(again)

    def _chosen(self, wishes: Wishes) -> tuple[tuple[Entry, float], ...]:
        seed = wishes.options.get("seed")
        return self._services.gallery.chosen(wishes, seed if isinstance(seed, int) else None)

    def _address(
        self,
        mention: Mention,
        alt: str | None,
        chosen: tuple[tuple[Entry, float], ...],
        said: Understood | None,
    ) -> dict[str, Any]:
        note = say(said.unclear, mention.language) if said and said.unclear else None
        titles = [entry.title for entry, _ in chosen]
        return {"mention": mention.post.id, "name": mention.post.name, "alt": alt, "styles": titles, "note": note}


def _has_film(mention: Mention) -> bool:
    return any(post.has_film for post in (mention.post, *mention.others.values()))
