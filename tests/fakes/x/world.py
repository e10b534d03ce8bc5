"""Everything that X knows: users, posts, pictures, and the rules of who sees what."""

from __future__ import annotations

import itertools
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from tests.fakes.x import text
from tests.fakes.x.ids import Snowflakes
from tests.fakes.x.media import Media, Upload
from tests.fakes.x.posts import Post, User
from tests.fakes.x.vocabulary import TWEET


class World:
    """The state behind the server."""

    def __init__(self) -> None:
        self.clock: Callable[[], float] = time.time
        self.words = TWEET
        self.host = ""  #: where its files are, once it listens
        self.users: dict[str, User] = {}
        self.posts: dict[str, Post] = {}
        self.mentions: list[Post] = []  #: of the bot, the oldest first
        self.own: list[Post] = []  #: posts of the bot's, the oldest first
        self.replies: defaultdict[str, list[Post]] = defaultdict(list)  #: of the bot, by what they reply to
        self.uploads: dict[str, Upload] = {}
        self.media: dict[str, Media] = {}  #: by the path of its file
        self.violations: list[str] = []
        self.bill: Counter[str] = Counter()
        self.access_level = "read-write"
        self.strict_duplicates = False
        self.lost_since_id = False
        self.repeats = 0  #: pages of mentions that shall repeat an earlier one
        self.repeated: Post | None = None  #: which one, the last that a page had
        self._snowflakes = Snowflakes(self.now)
        self._user_ids = itertools.count(1_400_000_000_000_000_001)
        self._short_links = itertools.count(1)
        self._by_name: dict[str, User] = {}
        self.bot = self.enter("Atelier", "atelier_bot")

    def now(self) -> float:
        return self.clock()

    def enter(self, name: str, username: str) -> User:
        """A new account; where the name is taken, a number follows it."""
        taken = itertools.chain([username], (f"{username[:12]}{number}" for number in itertools.count(2)))
        free = next(one for one in taken if one.lower() not in self._by_name)
        user = User(str(next(self._user_ids)), name, free, self.now())
        self.users[user.id] = self._by_name[free.lower()] = user
        return user

    def find(self, username: str) -> User | None:
        return self._by_name.get(username.lower())

    def visible(self, post: Post) -> bool:
        """Whether the bot gets to see a post."""
        return not post.deleted and (post.author is self.bot or not post.author.protected)

    def addressed(self, author: User, parent: Post) -> list[User]:
        """Those whom a reply names at its beginning, without its author having written so."""
        return [user for user in dict.fromkeys((parent.author, *parent.mentioned)) if user is not author]

    def add(
        self,
        author: User,
        said: str,
        media: Sequence[Media] = (),
        reply_to: Post | None = None,
        quote: Post | None = None,
        lang: str = "en",
        to: Iterable[User] = (),
        made_with_ai: bool = False,
    ) -> Post:
        """A new post; `to` are those whom it names before its text."""
        names = "".join(f"@{user.username} " for user in to)
        long = text.weight(said) > text.MOST_WEIGHT
        layout, seen = self._with_links(self._laid_out(names + (text.cut(said) if long else said)), media, quote)
        post = Post(
            str(self._snowflakes.next()),
            author,
            said,
            self.now(),
            layout,
            (min(len(names), seen), seen),
            self._laid_out(names + said) if long else None,
            tuple(text.mentioned(names + said, self.find)),
            tuple(media),
            reply_to,
            quote,
            lang,
            made_with_ai,
        )
        self._keep(post)
        return post

    def blame(self, what: str) -> None:
        """Note what a correct client would not have done."""
        self.violations.append(what)

    def _keep(self, post: Post) -> None:
        self.posts[post.id] = post
        self.media |= {one.path: one for one in post.media}
        if self.bot in post.mentioned:
            self.mentions.append(post)
        if post.author is self.bot:
            self.own.append(post)
            if post.reply_to:
                self.replies[post.reply_to.id].append(post)

    def _laid_out(self, said: str) -> text.Layout:
        return text.laid_out(said, self.find, self._shorten)

    def _with_links(self, layout: text.Layout, media: Sequence[Media], quote: Post | None) -> tuple[text.Layout, int]:
        """Links to what else is in a post, at the end of its text; and where those begin that people are not shown."""
        said, links = layout.text, list(layout.entities.get("urls", ()))
        if quote:
            target = f"https://twitter.com/{quote.author.username}/status/{quote.id}"
            said, place = _appended(said, short := self._shorten())
            links.append(place | text.link(short, target))
        seen = len(said)
        if media:
            said, place = _appended(said, short := self._shorten())
            shown = f"pic.twitter.com/{short[-10:]}"
            # One link for all of them, with an entity for each.
            links += [
                place | text.link(short, f"https://twitter.com/i/media/{one.id}", shown) | {"media_key": one.media_key}
                for one in media
            ]
        return text.Layout(said, layout.entities | ({"urls": links} if links else {})), seen

    def _shorten(self) -> str:
        return f"https://t.co/{next(self._short_links):010d}"


def _appended(said: str, short: str) -> tuple[str, dict[str, int]]:
    gap = " " if said and not said.endswith(" ") else ""
    start = len(said + gap)
    return said + gap + short, {"start": start, "end": start + len(short)}
