"""What a job may ask for over the API: words, gallery, masks, dreams, and the options that need the key."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from config.settings import WebSettings
from tests import pictures
from tests.bot.adapters.web.test_jobs import CONTENT, STYLE, names, png, problem_of, upload
from tests.fakes.services import Studio, open_studio

KEY = "a key that nobody guesses"
JOBS = "/api/v1/jobs"
REED, MOSS = pictures.jpeg(), png("olive")


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    """A studio with a key and two styles in its gallery."""
    gallery = tmp_path / "gallery"
    gallery.mkdir()
    (gallery / "reed.jpg").write_bytes(REED)
    (gallery / "reed.toml").write_text('title = "Reed pen"\ndescription = "Brown strokes."\ntags = ["ink", "bold"]')
    (gallery / "moss.png").write_bytes(MOSS)
    (gallery / "moss.toml").write_text('tags = ["soft"]')
    async with open_studio(tmp_path / "uploads", WebSettings(port=0, api_key=SecretStr(KEY))) as studio:
        yield studio


async def accepted(http: aiohttp.ClientSession, key: str | None = None, **parts: Any) -> None:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with http.post(JOBS, data=upload(**parts), headers=headers) as response:
        assert response.status == 202, await response.text()


async def refused(
    http: aiohttp.ClientSession, code: str = "bad_options", key: str | None = None, status: int = 400, **parts: Any
) -> str:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with http.post(JOBS, data=upload(**parts), headers=headers) as response:
        return await problem_of(response, status, code)


# ---- words and gallery


async def test_one_picture_is_enough_when_words_name_a_style(studio: Studio, http: aiohttp.ClientSession) -> None:
    await accepted(http, content=CONTENT, words="#reed:0.7 moss 80% size=256")
    assert studio.intake.pictures == [(CONTENT, REED, MOSS)]
    assert [style.weight for style in studio.job.styles] == [0.7, 1.0]
    assert (studio.job.options.strength, studio.job.options.size) == (0.8, 256)
    assert names(studio.uploads) == [], "the gallery's pictures stay, the upload's go"
    assert (studio.uploads.parent / "gallery" / "reed.jpg").read_bytes() == REED


async def test_tags_and_surprise_choose_a_style(studio: Studio, http: aiohttp.ClientSession) -> None:
    await accepted(http, content=CONTENT, words="+soft")
    await accepted(http, content=CONTENT, words="surprise -soft")
    assert [pictures[1:] for pictures in studio.intake.pictures] == [(MOSS,), (REED,)]


async def test_with_a_seed_the_surprise_is_the_same_again(studio: Studio, http: aiohttp.ClientSession) -> None:
    for _ in range(6):
        await accepted(http, content=CONTENT, words="surprise seed=5")
    assert len(set(studio.intake.pictures)) == 1


async def test_styles_that_are_sent_and_named_are_blended(studio: Studio, http: aiohttp.ClientSession) -> None:
    await accepted(http, content=CONTENT, style=STYLE, words="moss:0.5")
    assert studio.intake.pictures == [(CONTENT, STYLE, MOSS)]
    assert [style.weight for style in studio.job.styles] == [1.0, 0.5]


async def test_options_and_words_may_say_the_same_but_not_different_things(
    studio: Studio, http: aiohttp.ClientSession
) -> None:
    await accepted(http, content=CONTENT, words="moss 80% draft", options='{"strength": 0.8, "size": 512}')
    assert (studio.job.options.quality, studio.job.options.size) == ("draft", 512)
    said = await refused(http, content=CONTENT, words="moss 70%", options='{"strength": 0.8}')
    assert said == "strength is 0.8 in the options and 0.7 in the words; keep one."


@pytest.mark.parametrize(
    ("parts", "code", "said"),
    [
        ({"words": "#moos"}, "unknown_word", "Did you mean “moss”?"),
        ({"words": "+soft +ink"}, "unknown_style", "bold, ink, soft"),
        ({"words": "surprise", "style": STYLE}, "bad_options", "leave one out"),
        ({"words": "moss", "style": [STYLE] * 4}, "bad_options", "at most 4"),
        ({"words": "iterations=9 moss"}, "bad_options", "iterations"),
        ({"words": "80%"}, "picture_missing", "style is missing"),
        ({"words": ["moss", "reed"]}, "bad_upload", "more than one part “words”"),
        ({"words": "moss " * 4000}, "bad_options", "longer than"),
    ],
)
async def test_words_that_cannot_be_followed_are_explained(
    studio: Studio, http: aiohttp.ClientSession, parts: dict[str, Any], code: str, said: str
) -> None:
    assert said in await refused(http, code, content=CONTENT, **parts)
    assert studio.intake.orders == [] and names(studio.uploads) == []


async def test_the_gallery_is_shown_with_its_thumbnails(studio: Studio, http: aiohttp.ClientSession) -> None:
    styles = {style["name"]: style for style in (await (await http.get("/api/v1/gallery")).json())["styles"]}
    assert styles["reed"] == {
        "name": "reed",
        "title": "Reed pen",
        "description": "Brown strokes.",
        "tags": ["bold", "ink"],
        "thumbnail": "/api/v1/gallery/reed/thumbnail",
    }
    async with http.get(styles["reed"]["thumbnail"]) as response:
        assert (response.status, response.content_type) == (200, "image/jpeg")
        assert response.headers["Cache-Control"] == "private, max-age=3600"
        assert (await response.read()).startswith(b"\xff\xd8")


@pytest.mark.parametrize("name", ["nobody", "..%2f..%2fatelier.db"])
async def test_a_thumbnail_of_nothing_is_not_found(http: aiohttp.ClientSession, name: str) -> None:
    async with http.get(f"/api/v1/gallery/{name}/thumbnail") as response:
        await problem_of(response, 404, "not_found")


async def test_each_picture_may_have_a_weight(studio: Studio, http: aiohttp.ClientSession) -> None:
    await accepted(http, content=CONTENT, style=[STYLE, REED], words="moss:0.2", weights="[3, 0.5]")
    assert studio.intake.pictures == [(CONTENT, STYLE, REED, MOSS)]
    assert [style.weight for style in studio.job.styles] == [3.0, 0.5, 0.2]
    assert [style["weight"] for style in (await (await http.get(f"{JOBS}/{studio.job.id}")).json())["styles"]] == [
        3.0,
        0.5,
        0.2,
    ]


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ("[1, 2, 3]", "There are 2 style pictures"),
        ("[]", "There are 2 style pictures"),
        *((weights, "numbers above 0") for weights in ("[1, 0]", "[1, -1]", "[1, NaN]", "[1, Infinity]", "[1, 1e7]")),
        *((weights, "numbers above 0") for weights in ('[1, "1"]', "[1, true]", "[1, null]", "1", "{}", "[", "", "é")),
        ("[" * 9999, "numbers above 0"),
        ("[1, 1]" + " " * 20_000, "longer than"),
    ],
)
async def test_weights_that_cannot_be_followed_are_explained(
    studio: Studio, http: aiohttp.ClientSession, weights: str, said: str
) -> None:
    assert said in await refused(http, content=CONTENT, style=[STYLE, REED], weights=weights)
    assert studio.intake.orders == [] and names(studio.uploads) == []


# ---- masks and dreams


async def test_the_nth_mask_belongs_to_the_nth_style(studio: Studio, http: aiohttp.ClientSession) -> None:
    left, right = png("white"), png("black")
    await accepted(http, content=CONTENT, style=[STYLE, REED, MOSS], mask=[left, right])
    assert studio.intake.masks == [(left, right, None)]
    assert names(studio.uploads) == []


async def test_a_dream_needs_one_picture_alone(studio: Studio, http: aiohttp.ClientSession) -> None:
    await accepted(http, content=CONTENT, options='{"mode": "dream", "layer": "relu4_3", "octaves": 2}')
    assert studio.intake.pictures == [(CONTENT,)]
    assert (studio.job.options.mode, studio.job.options.layer, studio.job.styles) == ("dream", "relu4_3", ())


# ---- the key


EXPERT = {"iterations": 9, "optimiser": "adam", "style_layers": ["relu2_1", "relu3_1"], "initial": "noise"}


async def test_expert_options_are_for_programs_with_the_key(studio: Studio, http: aiohttp.ClientSession) -> None:
    for name, value in EXPERT.items():
        said = await refused(http, content=CONTENT, style=STYLE, options=json.dumps({name: value}))
        assert f"“{name}” is for programs with the service's API key" in said
    assert studio.intake.orders == []

    await accepted(http, KEY, content=CONTENT, style=STYLE, options=json.dumps(EXPERT))
    assert (studio.job.options.iterations, studio.job.options.style_layers) == (9, {"relu2_1": 1.0, "relu3_1": 1.0})
    await accepted(http, KEY, content=CONTENT, words="moss iterations=9")
    assert studio.job.options.iterations == 9


async def test_what_only_the_command_line_has_is_refused_even_with_the_key(
    studio: Studio, http: aiohttp.ClientSession
) -> None:
    for options in ('{"save_every": 5}', '{"initial": "picture"}'):
        said = await refused(http, key=KEY, content=CONTENT, style=STYLE, options=options)
        assert "for the command line" in said
    assert studio.intake.orders == []


@pytest.mark.parametrize("key", ["a wrong key", "", "schlüssel", KEY + "x"])
async def test_a_wrong_key_is_refused(studio: Studio, http: aiohttp.ClientSession, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    async with http.post(JOBS, data=upload(content=CONTENT, style=STYLE), headers=headers) as response:
        said = await problem_of(response, 401, "bad_key")
        assert response.headers["WWW-Authenticate"] == "Bearer"
    assert KEY not in said and studio.intake.orders == []


async def test_where_no_key_is_set_none_opens_anything(tmp_path: Path) -> None:
    async with open_studio(tmp_path / "uploads") as studio, aiohttp.ClientSession(studio.adapter.url) as http:
        await refused(http, "bad_key", KEY, 401, content=CONTENT, style=STYLE)


async def test_a_login_of_a_proxy_in_front_is_no_key(studio: Studio, http: aiohttp.ClientSession) -> None:
    headers = {"Authorization": "Basic YTpi"}
    async with http.post(JOBS, data=upload(content=CONTENT, style=STYLE), headers=headers) as response:
        assert response.status == 202


# ---- the page that says so
