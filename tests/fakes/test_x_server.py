"""The fake X, driven by the real tweepy, and by plain HTTP for files and for what tweepy would not send."""

from __future__ import annotations

import asyncio
import base64
import io
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
import requests
import tweepy
from requests.adapters import HTTPAdapter

from tests import pictures
from tests.fakes.x import FakeX, Media, Person, Post, fake_x
from tests.fakes.x.text import weight

EVERYTHING = {
    "tweet.fields": "attachments,author_id,conversation_id,created_at,display_text_range,entities,in_reply_to_user_id,"
    "lang,note_tweet,referenced_tweets",
    "expansions": "attachments.media_keys,referenced_tweets.id,referenced_tweets.id.attachments.media_keys",
    "media.fields": "alt_text,height,type,url,width",
}
NEW_NAMES = {
    "post.fields": "attachments,conversation_id,created_at,display_text_range,entities,lang,note_post",
    "expansions": "attachments.media_keys,author_id,in_reply_to_user_id,referenced_posts",
    "media.fields": "alt_text,height,type,url,width",
}


class Led(HTTPAdapter):
    """Leads signed requests to the fake."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self.base = urlsplit(base_url)

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        url = urlsplit(str(request.url))
        request.url = urlunsplit((self.base.scheme, self.base.netloc, url.path, url.query, ""))
        options["timeout"] = options.get("timeout") or 20
        return super().send(request, *args, **options)


class Told(NamedTuple):
    status: int
    json: dict[str, Any]
    headers: dict[str, str]

    @property
    def data(self) -> Any:
        return self.json["data"]


class Bot:
    """A client that is used in another thread, as the real one is."""

    def __init__(self, x: FakeX, **keys: str) -> None:
        names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
        self.x = x
        self.client = tweepy.Client(**({name: getattr(x.keys, name) for name in names} | keys), return_type=dict)
        self.client.session.mount("https://api.twitter.com", Led(x.base_url))

    async def call(self, method: str, route: str, params: Any = None, json: Any = None, signed: bool = True) -> Told:
        try:
            answer = await asyncio.to_thread(
                self.client.request, method, route, params=params, json=json, user_auth=signed
            )
        except tweepy.HTTPException as refused:
            answer = refused.response
        try:
            said = answer.json()
        except requests.JSONDecodeError:
            said = {}
        return Told(answer.status_code, said, {name.lower(): value for name, value in answer.headers.items()})

    async def get(self, route: str, **params: Any) -> Told:
        return await self.call("GET", route, {name.replace("__", "."): value for name, value in params.items()})

    async def mentions(self, **params: Any) -> Told:
        return await self.call("GET", f"/2/users/{self.x.bot.id}/mentions", params)

    async def own(self, **params: Any) -> Told:
        return await self.call("GET", f"/2/users/{self.x.bot.id}/tweets", params)

    async def look_up(self, *posts: Post, **params: Any) -> Told:
        return await self.call("GET", "/2/tweets", {"ids": ",".join(post.id for post in posts)} | params)

    async def upload(self, data: bytes, **more: Any) -> Told:
        body = {"media": base64.b64encode(data).decode(), "media_category": "tweet_image"} | more
        return await self.call("POST", "/2/media/upload", json=body)

    async def create(self, text: str = "", to: Post | None = None, media: list[str] | None = None, **more: Any) -> Told:
        body: dict[str, Any] = {"text": text} | more
        if to:
            body["reply"] = {"in_reply_to_tweet_id": to.id}
        if media:
            body["media"] = {"media_ids": media}
        return await self.call("POST", "/2/tweets", json=body)

    async def reply(self, to: Post, text: str = "Here you are", data: bytes | None = None) -> Told:
        media = [(await self.upload(data)).data["id"]] if data else None
        return await self.create(text, to, media)


@pytest.fixture
async def x() -> AsyncIterator[FakeX]:
    async with fake_x() as x:
        yield x


@pytest.fixture
def bot(x: FakeX) -> Iterator[Bot]:
    bot = Bot(x)
    yield bot
    bot.client.session.close()


@pytest.fixture
def alice(x: FakeX) -> Person:
    return x.person("Alice")


@pytest.fixture
def bob(x: FakeX) -> Person:
    return x.person("Bob")


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(verify=False, timeout=20) as http:
        yield http


def blamed(x: FakeX, words: str) -> None:
    """One violation with these words, which would have failed the test."""
    assert len(x.violations) == 1, x.violations
    assert words.lower() in x.violations[0].lower()
    x.world.violations.clear()


def message(told: Told) -> str:
    """What a refused request is told of its parameter."""
    assert told.status == 400 and told.json["title"] == "Invalid Request"
    (error,) = told.json["errors"]
    return str(error["message"])


# ---- who calls


async def test_the_bot_learns_who_it_is_and_pays_for_it(x: FakeX, bot: Bot) -> None:
    told = await bot.get("/2/users/me", user__fields="created_at,protected")
    assert (told.data["id"], told.data["username"]) == (x.bot.id, "atelier_bot")
    assert told.data["protected"] is False and told.data["created_at"].endswith("Z")
    assert told.headers["x-access-level"] == "read-write"
    assert (told.headers["x-rate-limit-limit"], told.headers["x-rate-limit-remaining"]) == ("75", "74")
    assert 0 < int(told.headers["x-rate-limit-reset"]) - time.time() <= 901
    assert x.dollars == 0.01 and x.keys.access_token.startswith(x.bot.id)


@pytest.mark.parametrize("name", ["consumer_key", "consumer_secret", "access_token", "access_token_secret"])
async def test_a_wrong_key_is_refused_and_is_the_operators_mistake(x: FakeX, name: str) -> None:
    bot = Bot(x, **{name: "wrong"})
    told = await bot.get("/2/users/me")
    assert told.status == 401
    assert told.json == {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}
    assert not x.violations and not x.bill
    bot.client.session.close()


async def test_what_is_signed_must_be_what_is_sent(x: FakeX, bot: Bot) -> None:
    signed: list[requests.PreparedRequest] = []
    adapter = bot.client.session.get_adapter("https://api.twitter.com")
    usual = adapter.send

    def kept(request: requests.PreparedRequest, **options: Any) -> requests.Response:
        signed.append(request)
        answer: requests.Response = usual(request, **options)
        return answer

    adapter.send = kept
    assert (await bot.mentions(max_results=5, **{"tweet.fields": "author_id,lang"})).status == 200
    adapter.send = usual
    header = signed[0].headers["Authorization"]
    headers = {"Authorization": header if isinstance(header, str) else header.decode()}
    url = str(signed[0].url)
    async with httpx.AsyncClient(verify=False) as http:
        changed = await http.get(url.replace("max_results=5", "max_results=6"), headers=headers)
        assert changed.status_code == 401 and not x.violations
        assert (await http.get(url, headers=headers)).status_code == 401
        blamed(x, "nonce was used before")


async def test_a_call_without_a_signature_or_with_half_of_one_is_a_mistake(x: FakeX, bot: Bot) -> None:
    assert (await bot.call("GET", "/2/users/me", signed=False)).status == 401
    blamed(x, "not signed")
    async with httpx.AsyncClient(verify=False) as http:
        half = {"Authorization": 'OAuth oauth_consumer_key="k", oauth_token="t", oauth_timestamp="1"'}
        assert (await http.get(f"{x.base_url}/2/users/me", headers=half)).status_code == 401
    blamed(x, "unauthorized")


async def test_another_address_may_be_the_one_that_is_signed_for() -> None:
    async with fake_x(signed_for="https://api.x.com") as x:
        bot = Bot(x)
        assert (await bot.get("/2/users/me")).status == 401
        bot.client.session.close()


async def test_what_there_is_not_is_a_mistake(x: FakeX, bot: Bot) -> None:
    assert (await bot.get("/2/users/search")).status == 404
    blamed(x, "there is no GET /2/users/search")
    assert (await bot.call("DELETE", "/2/tweets/1")).status == 404
    blamed(x, "DELETE")


# ---- mentions


async def test_a_mention_comes_with_the_picture_it_replies_to(x: FakeX, bot: Bot, alice: Person, bob: Person) -> None:
    picture = await bob.post("The sea at dusk", pictures=[pictures.png(80, 60)], alt=["A calm sea"])
    asked = await alice.post("@atelier_bot #woodcut please", reply_to=picture)
    told = await bot.mentions(**EVERYTHING)
    (mention,) = told.data
    assert mention["id"] == asked.id and mention["text"] == "@bob_x @atelier_bot #woodcut please"
    assert mention["display_text_range"] == [7, 35]
    assert mention["author_id"] == alice.id and mention["in_reply_to_user_id"] == bob.id
    assert mention["referenced_tweets"] == [{"type": "replied_to", "id": picture.id}]
    assert mention["conversation_id"] == picture.id and mention["lang"] == "en"
    assert mention["edit_history_tweet_ids"] == [asked.id]
    marks = mention["entities"]
    assert marks["mentions"][1] == {"start": 7, "end": 19, "username": "atelier_bot", "id": x.bot.id}
    assert marks["hashtags"] == [{"start": 20, "end": 28, "tag": "woodcut"}]
    (parent,), (media,) = told.json["includes"]["tweets"], told.json["includes"]["media"]
    assert parent["attachments"] == {"media_keys": [media["media_key"]]}
    assert parent["text"].startswith("The sea at dusk https://t.co/")
    assert (media["type"], media["width"], media["height"], media["alt_text"]) == ("photo", 80, 60, "A calm sea")
    assert media["url"].startswith(f"http://{x.media_host}/media/") and media["url"].endswith(".jpg")
    assert told.json["meta"] == {"result_count": 1, "newest_id": asked.id, "oldest_id": asked.id}
    assert x.bill == {"mention": 1} and x.dollars == 0.001


async def test_the_new_names_need_a_second_look_for_the_picture(x: FakeX, bot: Bot, alice: Person, bob: Person) -> None:
    x.field_names = "post"
    picture = await bob.post("The sea", pictures=[pictures.png()])
    await alice.post("@atelier_bot", reply_to=picture)
    told = await bot.mentions(**NEW_NAMES)
    (mention,), includes = told.data, told.json["includes"]
    assert mention["referenced_posts"] == [{"type": "replied_to", "id": picture.id}]
    assert mention["author_id"] == alice.id and mention["edit_history_post_ids"] == [mention["id"]]
    assert "media" not in includes and [user["username"] for user in includes["users"]] == ["alice_x", "bob_x"]
    assert includes["posts"][0]["id"] == picture.id and "author_id" not in includes["posts"][0]
    assert x.bill == {"mention": 1, "user": 2} and x.dollars == 0.021
    looked = await bot.look_up(picture, **NEW_NAMES)
    assert looked.json["includes"]["media"][0]["url"] and looked.data[0]["author_id"] == bob.id
    assert x.dollars == 0.036


async def test_no_more_is_told_than_was_asked_for(x: FakeX, bot: Bot, alice: Person, bob: Person) -> None:
    picture = await bob.post("The sea", pictures=[pictures.png()], alt=["A sea"])
    asked = await alice.post("@atelier_bot", reply_to=picture, pictures=[pictures.png()])
    told = await bot.mentions()
    assert told.data == [{"id": asked.id, "text": asked.text, "edit_history_tweet_ids": [asked.id]}]
    assert "includes" not in told.json
    told = await bot.mentions(expansions="attachments.media_keys,referenced_tweets.id")
    assert [set(one) for one in told.json["includes"]["media"]] == [{"media_key", "type"}]
    assert set(told.json["includes"]["tweets"][0]) == {"id", "text", "edit_history_tweet_ids"}
    told = await bot.mentions(expansions="author_id,referenced_tweets.id,referenced_tweets.id.author_id")
    assert [user["id"] for user in told.json["includes"]["users"]] == [alice.id, bob.id]
    assert told.json["includes"]["tweets"][0]["author_id"] == bob.id and "attachments" not in told.data[0]
    told = await bot.mentions(expansions="entities.mentions.username", **{"user.fields": "protected"})
    assert [user["protected"] for user in told.json["includes"]["users"]] == [False, False]


@pytest.mark.parametrize(
    ("speaks", "name", "value"),
    [
        ("post", "tweet.fields", "lang"),
        ("tweet", "post.fields", "lang"),
        ("post", "expansions", "referenced_tweets.id"),
        ("tweet", "expansions", "referenced_posts"),
        ("post", "post.fields", "author_id"),
        ("post", "post.fields", "referenced_posts"),
        ("tweet", "tweet.fields", "note_post"),
    ],
)
async def test_the_names_of_the_other_set_are_refused_without_blame(
    x: FakeX, bot: Bot, speaks: Any, name: str, value: str
) -> None:
    x.field_names = speaks
    told = await bot.mentions(**{name: value})
    assert name in message(told)
    host = {"tweet": "api.twitter.com", "post": "api.x.com"}[speaks]
    assert told.json["type"] == f"https://{host}/2/problems/invalid-request"
    assert not x.violations and not x.bill


@pytest.mark.parametrize(
    "query",
    [
        {"max_results": 4},
        {"max_results": 101},
        {"max_results": "many"},
        {"since_id": "abc"},
        {"since_id": "12345678901234567890"},
        {"since_id": "9", "until_id": "9"},
        {"start_time": "yesterday"},
        {"start_time": "2026-01-02T00:00:00Z", "end_time": "2026-01-01T00:00:00Z"},
        {"pagination_token": "zzz"},
        {"tweet.fields": "lang,lang"},
        {"tweet.fields": "colour"},
        {"media.fields": "bytes"},
        {"user.fields": "age"},
        {"expansions": "everything"},
        {"exclude": "replies"},
        {"ids": "1"},
    ],
)
async def test_a_query_that_x_does_not_take_is_a_mistake(x: FakeX, bot: Bot, query: dict[str, Any]) -> None:
    assert message(await bot.mentions(**query))
    assert len(x.violations) == 1
    x.world.violations.clear()


async def test_mentions_of_somebody_else_are_nothing_for_a_bot(x: FakeX, bot: Bot, alice: Person) -> None:
    assert (await bot.get(f"/2/users/{alice.id}/mentions")).status == 403
    blamed(x, "the user is not the bot")


async def test_mentions_come_in_pages_that_new_ones_do_not_move(x: FakeX, bot: Bot, alice: Person) -> None:
    posts = [await alice.post(f"@atelier_bot number {number}") for number in range(12)]
    first = await bot.mentions(max_results=5)
    await alice.post("@atelier_bot meanwhile")
    second = await bot.mentions(max_results=5, pagination_token=first.json["meta"]["next_token"])
    third = await bot.mentions(max_results=5, pagination_token=second.json["meta"]["next_token"])
    ids = [one["id"] for told in (first, second, third) for one in told.data]
    assert ids == [post.id for post in reversed(posts)]
    assert "next_token" not in third.json["meta"] and x.bill["mention"] == 12


async def test_since_and_until_bound_what_comes(x: FakeX, bot: Bot, alice: Person) -> None:
    posts = [await alice.post(f"@atelier_bot {number}") for number in range(5)]
    told = await bot.mentions(since_id=posts[1].id, until_id=posts[4].id)
    assert [one["id"] for one in told.data] == [posts[3].id, posts[2].id]
    none = await bot.mentions(since_id=posts[4].id)
    assert none.json == {"meta": {"result_count": 0}}
    assert (await bot.mentions(start_time="2011-01-01T00:00:00Z")).json["meta"]["result_count"] == 5
    assert (await bot.mentions(end_time="2011-01-01T00:00:00Z")).json["meta"]["result_count"] == 0


async def test_only_the_newest_800_mentions_can_be_had_however_many_there_are(
    x: FakeX, bot: Bot, alice: Person
) -> None:
    posts = [await alice.post(f"@atelier_bot {number}") for number in range(2000)]
    begun, ids = time.monotonic(), []
    token: dict[str, str] = {}
    for _ in range(9):
        told = await bot.mentions(max_results=100, **token)
        ids += [one["id"] for one in told.data]
        if "next_token" not in told.json["meta"]:
            break
        token = {"pagination_token": told.json["meta"]["next_token"]}
    assert ids == [post.id for post in reversed(posts)][:800]
    assert time.monotonic() - begun < 10
    assert [int(post.id) for post in posts] == sorted({int(post.id) for post in posts})


async def test_who_is_mentioned(x: FakeX, bot: Bot, alice: Person, bob: Person) -> None:
    yes = [
        await alice.post("Dear @Atelier_Bot, paint"),
        await alice.post("(@atelier_bot)"),
        await alice.post("x" * 280 + " @atelier_bot"),
    ]
    for text in ("mail@atelier_bot", "@atelier_bots", "@@atelier_bot", "atelier_bot", "@nobody_at_all"):
        await alice.post(text)
    replied = await bot.reply(yes[0])
    mine = x.replies_to(yes[0])[0]
    assert mine.id == replied.data["id"] and mine.text == "@alice_x Here you are"
    yes.append(await bob.post("Nice", reply_to=mine))
    assert yes[-1].text == "@atelier_bot @alice_x Nice"
    yes.append(await alice.post("Indeed", reply_to=yes[-1]))
    await alice.post("Indeed", reply_to=yes[-1], auto_mentions=False)
    hidden = await bob.post("@atelier_bot from behind a lock")
    x.protect(bob)
    gone = await alice.post("@atelier_bot never mind")
    x.delete(gone)
    shown = {one["id"] for one in (await bot.mentions()).data}
    assert shown == {post.id for post in yes if post.author is not bob.user} and hidden.id not in shown
    x.protect(bob, False)
    assert len((await bot.mentions()).data) == len(yes) + 1
    assert (await bot.create("I am @atelier_bot")).status == 201
    assert len((await bot.mentions()).data) == len(yes) + 2


async def test_texts_are_escaped_shortened_and_cut(x: FakeX, bot: Bot, alice: Person) -> None:
    quoted = await alice.post("A quote")
    told = await alice.post(
        "@atelier_bot <b> & https://example.com/a?b=c",
        pictures=[pictures.png(), pictures.png()],
        quote=quoted,
    )
    long = await alice.post("🎨" * 150 + " @atelier_bot & so on", lang="qme")
    newest, older = (await bot.mentions(**EVERYTHING)).data
    text, marks = older["text"], older["entities"]
    assert text.startswith("@atelier_bot &lt;b&gt; &amp; https://t.co/") and text.count("https://t.co/") == 3
    assert all(text[one["start"] : one["end"]] == one["url"] for one in marks["urls"])
    assert [one["expanded_url"] for one in marks["urls"][:2]] == [
        "https://example.com/a?b=c",
        f"https://twitter.com/alice_x/status/{quoted.id}",
    ]
    assert [one["media_key"] for one in marks["urls"][2:]] == [one.media_key for one in told.media]
    assert older["display_text_range"] == [0, marks["urls"][2]["start"] - 1]
    assert {"type": "quoted", "id": quoted.id} in older["referenced_tweets"]
    assert newest["text"] == "🎨" * 140 and "entities" not in newest and newest["lang"] == "qme"
    assert newest["note_tweet"]["text"] == "🎨" * 150 + " @atelier_bot &amp; so on"
    assert newest["note_tweet"]["entities"]["mentions"][0]["start"] == 151 and long.note
    x.field_names = "post"
    assert "note_post" in (await bot.mentions(**NEW_NAMES)).data[0]


def test_weights() -> None:
    assert weight("abc é ß –") == 9
    assert weight("絵") == 2 and weight("…") == 2
    assert weight("🎨") == weight("👩‍🎨") == weight("🇩🇪") == weight("👍🏽") == weight("❤️") == 2
    assert weight("see https://example.com/" + "a" * 200 + ".") == 4 + 23 + 1


async def test_films_have_a_preview_and_no_address(x: FakeX, bot: Bot, alice: Person, http: httpx.AsyncClient) -> None:
    films = [x.media("video"), x.media("animated_gif"), x.media("photo")]
    await alice.post("@atelier_bot", pictures=films, alt=[None, "It moves"])
    told = await bot.mentions(
        expansions="attachments.media_keys", **{"media.fields": "type,url,preview_image_url,alt_text,variants"}
    )
    video, gif, photo = told.json["includes"]["media"]
    assert [one["type"] for one in (video, gif, photo)] == ["video", "animated_gif", "photo"]
    assert "url" not in video and "alt_text" not in video and gif["alt_text"] == "It moves"
    assert (await http.get(video["preview_image_url"])).status_code == 200
    assert photo["url"] and "preview_image_url" not in photo


# ---- single posts, and those of the bot


async def test_what_is_gone_or_hidden_is_told_as_an_error(x: FakeX, bot: Bot, alice: Person, bob: Person) -> None:
    gone, hidden, there = await alice.post("gone"), await bob.post("hidden"), await alice.post("there")
    asked = await alice.post("@atelier_bot", reply_to=gone)
    x.delete(gone)
    x.protect(bob)
    told = await bot.look_up(gone, there, hidden)
    assert [one["id"] for one in told.data] == [there.id]
    first, second = told.json["errors"]
    assert first["type"].endswith("/resource-not-found") and second["type"].endswith("/not-authorized-for-resource")
    assert (first["resource_id"], first["resource_type"], first["parameter"]) == (gone.id, "tweet", "ids")
    assert x.bill == {"post": 1}
    single = await bot.get(f"/2/tweets/{hidden.id}")
    assert single.status == 200 and "data" not in single.json and single.json["errors"][0]["parameter"] == "id"
    assert (await bot.get("/2/tweets/1")).json["errors"][0]["title"] == "Not Found Error"
    assert (await bot.get(f"/2/tweets/{there.id}", tweet__fields="author_id")).data["author_id"] == alice.id
    (mention,) = (told := await bot.mentions(**EVERYTHING)).data
    assert mention["id"] == asked.id and mention["referenced_tweets"] == [{"type": "replied_to", "id": gone.id}]
    assert told.json["errors"][0]["value"] == gone.id and "includes" not in told.json
    x.field_names = "post"
    assert (await bot.look_up(gone)).json["errors"][0]["resource_type"] == "post"


@pytest.mark.parametrize("ids", ["abc", "1,,2", ",".join(str(number) for number in range(1, 102)), ""])
async def test_ids_are_as_x_wants_them(x: FakeX, bot: Bot, ids: str) -> None:
    assert message(await bot.get("/2/tweets", ids=ids))
    assert x.violations
    x.world.violations.clear()


async def test_the_bot_finds_its_own_posts_again(x: FakeX, bot: Bot, alice: Person) -> None:
    asked = await alice.post("@atelier_bot")
    await bot.create("Open for orders")
    await bot.reply(asked, data=pictures.png())
    told = await bot.own(max_results=5, **EVERYTHING)
    assert [one.get("referenced_tweets") for one in told.data] == [[{"type": "replied_to", "id": asked.id}], None]
    assert told.json["includes"]["media"][0]["url"] and x.bill["own_post"] == 2
    assert len((await bot.own(exclude="replies")).data) == 1
    assert (await bot.look_up(x.replies_to(asked)[0])).status == 200 and x.bill["own_post"] == 4
    assert x.dollars == round(0.015 + 0.010 + 4 * 0.001, 6)


# ---- pictures of the bot's


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
async def test_a_picture_is_uploaded_described_and_posted(
    x: FakeX, bot: Bot, alice: Person, http: httpx.AsyncClient, format: str
) -> None:
    asked = await alice.post("@atelier_bot")
    data = pictures.encoded(pictures.gradient(), format)
    told = await bot.upload(data)
    assert told.status == 200 and told.data["media_key"] == f"3_{told.data['id']}"
    assert told.data["image"] == {"image_type": f"image/{format.lower()}", "w": 64, "h": 48}
    described = await bot.call(
        "POST", "/2/media/metadata", json={"id": told.data["id"], "metadata": {"alt_text": {"text": "A gradient"}}}
    )
    assert described.status == 200 and described.data["associated_metadata"] == {"alt_text": {"text": "A gradient"}}
    created = await bot.create("Done", asked, [told.data["id"]], made_with_ai=True)
    assert created.status == 201 and created.data["text"].startswith("@alice_x Done https://t.co/")
    assert created.data["edit_history_tweet_ids"] == [created.data["id"]]
    (post,) = x.replies_to(asked)
    assert post.media[0].data == data and post.media[0].alt == "A gradient" and post.made_with_ai
    assert x.uploads[0].shown and x.uploads[0].alt_text == "A gradient"
    assert (await http.get(x.base_url + post.media[0].path)).content == data
    assert x.bill == {"upload": 1, "metadata": 1, "reply": 1} and x.dollars == 0.015
    assert x.calls[0].json == {"media": f"{len(base64.b64encode(data))} characters", "media_category": "tweet_image"}
    x.field_names = "post"
    assert "edit_history_post_ids" in (await bot.create("Again")).data


async def test_a_picture_may_come_as_a_form(x: FakeX) -> None:
    keys = x.keys
    secrets = (keys.consumer_key, keys.consumer_secret, keys.access_token, keys.access_token_secret)
    auth = tweepy.OAuth1UserHandler(*secrets).apply_auth()

    def post(**fields: Any) -> requests.Response:
        with requests.Session() as session:
            session.mount("https://api.twitter.com", Led(x.base_url))
            url = "https://api.twitter.com/2/media/upload"
            return session.post(url, auth=auth, files={"media": pictures.png()}, data=fields)

    answer = await asyncio.to_thread(post, media_category="tweet_image")
    assert answer.status_code == 200 and x.uploads[0].data == pictures.png()
    assert (await asyncio.to_thread(post)).status_code == 400
    blamed(x, "media_category")


@pytest.mark.parametrize(
    "data",
    [b"", b"no picture", pictures.SVG, pictures.png()[:120], pictures.png_with_damaged_pixels(), pictures.HEIC],
    ids=["empty", "text", "svg", "cut", "damaged", "heic"],
)
async def test_what_is_no_picture_is_not_taken(x: FakeX, bot: Bot, data: bytes) -> None:
    assert "no picture" in message(await bot.upload(data))
    blamed(x, "no picture that can be decoded")


async def test_uploads_are_bounded(x: FakeX, bot: Bot) -> None:
    heavy = pictures.png() + bytes(5 << 20)
    assert "larger than" in message(await bot.upload(heavy))
    blamed(x, "larger than")
    assert message(await bot.upload(pictures.png(), media_category="tweet_video"))
    blamed(x, "media_category")
    assert message(await bot.upload(pictures.png(), media="no base64!"))
    blamed(x, "base64")
    assert message(await bot.upload(pictures.png(), name="coast.png"))
    blamed(x, "no other properties")


@pytest.mark.parametrize(
    "change",
    [{"id": "12"}, {"id": 12}, {"metadata": {"alt_text": {"text": "x" * 1001}}}, {"metadata": {"alt_text": {}}}],
)
async def test_descriptions_are_checked(x: FakeX, bot: Bot, change: dict[str, Any]) -> None:
    kept = (await bot.upload(pictures.png())).data["id"]
    body = {"id": kept, "metadata": {"alt_text": {"text": "x" * 1000}}}
    assert (await bot.call("POST", "/2/media/metadata", json=body)).status == 200
    assert message(await bot.call("POST", "/2/media/metadata", json=body | change))
    assert len(x.violations) == 1
    x.world.violations.clear()


# ---- posts of the bot's


@pytest.mark.parametrize(
    "body",
    [
        {"text": 5},
        {"text": ""},
        {"text": "a", "in_reply_to_tweet_id": "1"},
        {"text": "a", "reply": {}},
        {"text": "a", "reply": {"in_reply_to_tweet_id": 12}},
        {"text": "a", "reply": {"in_reply_to_tweet_id": "12x"}},
        {"text": "a", "media": {"media_ids": []}},
        {"text": "a", "media": {"media_ids": ["1", "2", "3", "4", "5"]}},
        {"text": "a", "media": {"media_ids": ["404"]}},
        {"text": "a", "reply_settings": "nobody"},
        {"text": "a", "made_with_ai": 1},
        {"text": "a", "poll": {"options": ["a", "b"], "duration_minutes": 1}},
        {"text": "a", "poll": {"options": ["a", "b"], "duration_minutes": True}},
    ],
)
async def test_a_body_that_x_does_not_take_is_a_mistake(x: FakeX, bot: Bot, body: dict[str, Any]) -> None:
    assert message(await bot.call("POST", "/2/tweets", json=body))
    assert len(x.violations) == 1 and not x.posts and not x.bill
    x.world.violations.clear()


async def test_a_body_is_an_object_of_json_and_there_is_no_query(x: FakeX, bot: Bot) -> None:
    assert "no object" in message(await bot.call("POST", "/2/tweets", json=["Hello"]))
    blamed(x, "no object")
    assert "not JSON" in message(await bot.call("POST", "/2/tweets"))
    blamed(x, "not JSON")
    assert message(await bot.call("POST", "/2/tweets", {"text": "Hello"}, {"text": "Hello"}))
    blamed(x, "no query parameters")


async def test_only_the_summoned_may_reply(x: FakeX, bot: Bot, alice: Person, bob: Person) -> None:
    picture = await bob.post("The sea", pictures=[pictures.png()])
    asked = await alice.post("@atelier_bot", reply_to=picture)
    told = await bot.reply(picture)
    assert told.status == 403 and told.json["detail"].startswith("You are not permitted to perform this action")
    blamed(x, "not been mentioned")
    assert (await bot.reply(asked)).status == 201
    quoting = await bob.post("Look", quote=x.replies_to(asked)[0])
    assert (await bot.reply(quoting, "Thank you")).status == 201
    assert x.bill["reply"] == 2


async def test_a_second_reply_is_a_mistake_that_can_be_seen(x: FakeX, bot: Bot, alice: Person) -> None:
    asked = await alice.post("@atelier_bot")
    await bot.reply(asked, "One")
    await bot.reply(asked, "Two")
    assert [post.said for post in x.replies_to(asked)] == ["One", "Two"]
    blamed(x, "a second reply")


async def test_a_reply_to_what_is_gone_is_nobodys_mistake(x: FakeX, bot: Bot, alice: Person, bob: Person) -> None:
    gone, hidden = await alice.post("@atelier_bot"), await bob.post("@atelier_bot")
    x.delete(gone)
    x.protect(bob)
    for post in (gone, hidden):
        told = await bot.reply(post)
        assert told.status == 403
        assert told.json["detail"] == "You attempted to reply to a Tweet that is deleted or not visible to you."
    assert not x.violations
    assert (await bot.create("a", reply={"in_reply_to_tweet_id": "404"})).status == 403
    blamed(x, "deleted or not visible")


async def test_texts_are_short_and_without_links(x: FakeX, bot: Bot) -> None:
    assert (await bot.create("ä" * 280)).status == 201
    assert (await bot.create("絵" * 141)).status == 403
    blamed(x, "too long")
    for text in ("see https://example.com", "see atelier.art/x"):
        assert (await bot.create(text)).status == 201
        blamed(x, "has a link")
    assert (await bot.create("coast.png 1.5 and so on...fine")).status == 201
    assert x.bill == {"create": 2, "link": 2} and x.dollars == 0.43


async def test_the_same_text_twice_is_refused_without_blame(x: FakeX, bot: Bot, alice: Person, bob: Person) -> None:
    posts = [await alice.post(f"@atelier_bot {number}") for number in range(4)]
    assert (await bot.reply(posts[0], "Busy")).status == 201
    told = await bot.reply(posts[1], "Busy")
    assert (told.status, told.json["detail"]) == (
        403,
        "You are not allowed to create a Tweet with duplicate content.",
    )
    assert (await bot.reply(posts[1], "Busy", pictures.png())).status == 201
    x.strict_duplicates = True
    kept = (await bot.upload(pictures.jpeg())).data["id"]
    assert (await bot.create("Busy", posts[2], [kept])).status == 403
    assert (await bot.create("Busier", posts[2], [kept])).status == 201
    for number in range(50):
        await bot.create(f"Number {number}")
    assert (await bot.reply(posts[3], "Busy")).status == 201
    assert not x.violations


async def test_an_upload_is_for_one_post_and_one_day(x: FakeX, bot: Bot) -> None:
    kept = (await bot.upload(pictures.png())).data["id"]
    assert (await bot.create("One", media=[kept])).status == 201
    assert message(await bot.create("Two", media=[kept])) == "Your media IDs are invalid."
    blamed(x, "media IDs")
    late = (await bot.upload(pictures.png())).data["id"]
    x.clock = lambda: time.time() + 25 * 3600
    assert message(await bot.create("Three", media=[late]))
    blamed(x, "media IDs")


async def test_an_app_that_may_only_read_is_told_so(x: FakeX, bot: Bot) -> None:
    x.access_level = "read"
    told = await bot.create("Hello")
    assert told.status == 403 and told.headers["x-access-level"] == "read"
    assert told.json["type"] == "https://api.twitter.com/2/problems/oauth1-permissions"
    assert "oauth1 app permissions" in told.json["detail"] and told.json["title"] == "Forbidden"
    assert (await bot.upload(pictures.png())).status == 403 and (await bot.mentions()).status == 200


# ---- limits


async def test_a_limit_refuses_until_its_window_ends(x: FakeX, bot: Bot) -> None:
    now = 1_800_000_000.0
    x.clock = lambda: now
    x.limits["create"] = 2
    assert [(await bot.create(f"{number}")).status for number in range(4)] == [201, 201, 429, 429]
    told = await bot.create("later")
    assert told.json == {"title": "Too Many Requests", "type": "about:blank", "status": 429} | {
        "detail": "Too Many Requests"
    }
    assert told.headers["x-rate-limit-reset"] == str(int(now) + 900)
    assert told.headers["x-rate-limit-remaining"] == "0" and told.headers["x-access-level"] == "read-write"
    assert x.refused_for_rate == {"create": 3} and not x.violations
    assert (await bot.mentions()).headers["x-rate-limit-limit"] == "300"
    now += 900
    assert (await bot.create("later")).status == 201
    assert [call.status for call in x.calls if call.name == "create"] == [201, 201, 429, 429, 429, 201]
    assert x.posts[-1].number > x.posts[0].number and x.posts[-1].at == now


async def test_every_operation_has_its_limit(x: FakeX, bot: Bot) -> None:
    x.limits.update(dict.fromkeys(x.limits, 0))
    for told in (
        await bot.get("/2/users/me"),
        await bot.mentions(),
        await bot.own(),
        await bot.get("/2/tweets/1"),
        await bot.upload(b""),
        await bot.call("POST", "/2/media/metadata", json={}),
        await bot.create(),
    ):
        assert told.status == 429
    assert set(x.refused_for_rate) == set(x.limits)


# ---- files


async def file_of(x: FakeX, who: Person, data: bytes | Media) -> tuple[Media, str]:
    post = await who.post("@atelier_bot", pictures=[data])
    return post.media[0], x.base_url + post.media[0].path


async def test_files_are_served_in_sizes_as_they_were_given(x: FakeX, alice: Person, http: httpx.AsyncClient) -> None:
    data = pictures.png()
    media, url = await file_of(x, alice, data)
    for name in ("orig", "4096x4096", "large", "small"):
        got = await http.get(url, params={"format": "jpg", "name": name})
        assert got.status_code == 200 and got.content == data
    x.media_missing(media, {"orig"})
    assert (await http.get(url, params={"name": "orig"})).status_code == 404
    assert (await http.get(url, params={"name": "4096x4096"})).status_code == 200
    assert (await http.get(url, params={"name": "huge"})).status_code == 404
    x.media_missing(media)
    assert (await http.get(url)).status_code == 404
    assert [call.status for call in x.calls if call.name == "media"] == [200] * 4 + [404, 200, 404, 404]
    assert (await http.get(f"{x.base_url}/media/none.jpg")).status_code == 404


async def test_files_misbehave_as_a_test_says(x: FakeX, alice: Person, http: httpx.AsyncClient) -> None:
    media, url = await file_of(x, alice, pictures.png())
    x.media_redirect(media, "http://127.0.0.1:1/secret")
    got = await http.get(url)
    assert (got.status_code, got.headers["location"]) == (302, "http://127.0.0.1:1/secret")
    heavy, url = await file_of(x, alice, pictures.png())
    x.media_size(heavy, 3_000_000)
    assert len((await http.get(url)).content) == 3_000_000
    endless, url = await file_of(x, alice, pictures.png())
    x.media_endless(endless)
    got_bytes = 0
    async with http.stream("GET", url) as stream:
        assert "content-length" not in stream.headers
        async for piece in stream.aiter_bytes():
            got_bytes += len(piece)
            if got_bytes > 1_000_000:
                break
    slow, url = await file_of(x, alice, pictures.png())
    x.media_slow(slow, pause_s=5)
    with pytest.raises(httpx.ReadTimeout):
        await http.get(url, timeout=0.3)


async def test_a_files_host_is_sent_no_signature(x: FakeX, alice: Person, http: httpx.AsyncClient) -> None:
    _, url = await file_of(x, alice, pictures.png())
    await http.get(url, headers={"Authorization": "OAuth secret"})
    blamed(x, "was sent a signature")


async def test_faults_of_files(x: FakeX, alice: Person, http: httpx.AsyncClient) -> None:
    _, url = await file_of(x, alice, pictures.png())
    x.fail("media", status=503)
    assert (await http.get(url)).status_code == 503
    for drop, error in (("before", httpx.RemoteProtocolError), ("after", httpx.RemoteProtocolError)):
        x.fail("media", drop=drop)  # type: ignore[arg-type]
        with pytest.raises((error, httpx.ReadError)):
            await http.get(url)
    x.fail("media", hang="before")
    with pytest.raises(httpx.ReadTimeout):
        await http.get(url, timeout=0.3)
    assert (await http.get(url)).status_code == 200


# ---- what goes wrong


async def test_a_gateways_page_is_no_json(x: FakeX, bot: Bot) -> None:
    fault = x.fail("mentions", status=503, times=2, retry_after=7)
    with pytest.raises(tweepy.TwitterServerError):
        await asyncio.to_thread(bot.client.request, "GET", f"/2/users/{x.bot.id}/mentions", user_auth=True)
    told = await bot.mentions()
    assert told.status == 503 and told.json == {} and told.headers["content-type"].startswith("text/html")
    assert told.headers["retry-after"] == "7"
    assert (await bot.mentions()).status == 200 and fault.hits == 2 and not x.violations


async def test_a_limit_may_be_claimed(x: FakeX, bot: Bot) -> None:
    x.fail("*", status=429, reset_in=30)
    told = await bot.mentions()
    assert told.status == 429 and told.json["title"] == "Too Many Requests"
    assert 29 <= int(told.headers["x-rate-limit-reset"]) - time.time() <= 32
    x.fail("me", status=401, times=None).end()
    assert (await bot.get("/2/users/me")).status == 200
    x.fail("me", status=200, body="<html>Welcome</html>")
    assert (await bot.get("/2/users/me")).json == {}
    x.fail("create", status=403, body={"title": "Forbidden", "detail": "Suspended"}, headers={"x-more": "1"})
    told = await bot.create("Hello")
    assert (told.json["detail"], told.headers["x-more"]) == ("Suspended", "1") and not x.posts


@pytest.mark.parametrize("how", [{"drop": "after"}, {"hang": "after"}, {"status": 503, "done": True}])
async def test_an_answer_may_be_lost_although_it_was_done(
    x: FakeX, bot: Bot, alice: Person, how: dict[str, Any]
) -> None:
    asked = await alice.post("@atelier_bot")
    x.fail("create", **how)
    await failed(bot, asked)
    assert len(x.replies_to(asked)) == 1 and x.bill["reply"] == 1
    assert x.calls[-1].status == how.get("status", 0)
    assert (await bot.reply(asked)).status == 403  # the same words again


@pytest.mark.parametrize("how", [{"drop": "before"}, {"drop": "during"}, {"hang": "before"}, {"status": 503}])
async def test_nothing_may_be_done_at_all(x: FakeX, bot: Bot, alice: Person, how: dict[str, Any]) -> None:
    asked = await alice.post("@atelier_bot")
    x.fail("create", **how)
    await failed(bot, asked)
    assert not x.replies_to(asked) and not x.bill
    assert (await bot.reply(asked)).status == 201


async def failed(bot: Bot, asked: Post) -> None:
    """Reply, with little patience, in vain."""
    adapter = bot.client.session.get_adapter("https://api.twitter.com")
    usual = adapter.send
    adapter.send = lambda request, **options: usual(request, **options | {"timeout": 0.5})
    try:
        assert (await bot.reply(asked)).status == 503
    except (requests.ConnectionError, requests.Timeout):
        pass
    finally:
        adapter.send = usual


async def test_it_goes_down_and_comes_back_at_the_same_address(x: FakeX, bot: Bot, alice: Person) -> None:
    await alice.post("@atelier_bot")
    assert len((await bot.mentions()).data) == 1
    before = x.base_url
    await x.go_down()
    for _ in range(2):
        with pytest.raises(requests.ConnectionError):
            await bot.mentions()
    await alice.post("@atelier_bot again")
    await x.come_back()
    assert x.base_url == before and len((await bot.mentions()).data) == 2


async def test_a_page_may_repeat_a_mention(x: FakeX, bot: Bot, alice: Person) -> None:
    posts = [await alice.post(f"@atelier_bot {number}") for number in range(8)]
    x.repeat_page()
    first = await bot.mentions(max_results=5)
    second = await bot.mentions(max_results=5, pagination_token=first.json["meta"]["next_token"])
    ids = [one["id"] for told in (first, second) for one in told.data]
    assert ids == [post.id for post in [*posts[:2:-1], *posts[3::-1]]]
    x.repeat_page()
    again = await bot.mentions(since_id=posts[-1].id)
    assert [one["id"] for one in again.data] == [posts[0].id]
    assert (await bot.mentions(since_id=posts[-1].id)).json["meta"]["result_count"] == 0


async def test_since_id_may_be_lost(x: FakeX, bot: Bot, alice: Person) -> None:
    posts = [await alice.post(f"@atelier_bot {number}") for number in range(3)]
    x.lost_since_id = True
    assert len((await bot.mentions(since_id=posts[-1].id)).data) == 3
    x.lost_since_id = False
    assert (await bot.mentions(since_id=posts[-1].id)).json["meta"]["result_count"] == 0


# ---- how tests hold it


async def test_a_test_waits_for_what_the_bot_does(x: FakeX, bot: Bot, alice: Person) -> None:
    asked = await alice.post("@atelier_bot")
    task = asyncio.create_task(bot.reply(asked))
    await x.until(lambda: bool(x.replies_to(asked)))
    await task
    with pytest.raises(AssertionError, match="in vain"):
        await x.until(lambda: False, timeout_s=0.05)


async def test_a_violation_fails_the_test_unless_it_is_expected() -> None:
    async def misbehave(prepare: Callable[[FakeX], None]) -> None:
        async with fake_x() as x:
            prepare(x)
            bot = Bot(x)
            await bot.create("x" * 300)
            bot.client.session.close()

    with pytest.raises(AssertionError, match="too long"):
        await misbehave(lambda x: None)
    await misbehave(lambda x: x.expect("too long"))


async def test_people_have_names_of_their_own(x: FakeX) -> None:
    people = [x.person("Alice"), x.person("Alice"), x.person("A very long name indeed, of somebody")]
    assert [one.username for one in people] == ["alice_x", "alice_x2", "averylongname_x"]
    assert all(len(one.id) <= 19 and len(one.username) <= 15 for one in people) and len({p.id for p in people}) == 3


async def test_posts_of_a_world_whose_clock_begins_at_nought(x: FakeX, alice: Person) -> None:
    x.clock = lambda: 0.0
    before = x.posts
    posts = [await alice.post("@atelier_bot") for _ in range(3)]
    assert not before and [post.number for post in posts] == [1, 2, 3]


async def test_damaged_pictures_can_be_posted(x: FakeX, bot: Bot, alice: Person) -> None:
    await alice.post("@atelier_bot", pictures=[b"no picture", pictures.png_of_zeros(30_000, 30_000)])
    told = await bot.mentions(**EVERYTHING)
    assert [one["width"] for one in told.json["includes"]["media"]] == [1200, 1200]
    assert io.BytesIO(x.posts[0].media[0].data).read() == b"no picture"
