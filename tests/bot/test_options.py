"""The grammar of words: what each row of it means, and that no word is lost."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.errors import BadRequest, UnknownWord, UserError
from bot.options import Known, Wishes, allowed, explain, layers, parse, same
from bot.options.table import markdown
from bot.texts import LANGUAGES, say
from config.table import renew
from renderer.options import EXPERT, RenderOptions

KNOWN = Known(
    names=frozenset({"woodcut", "waves", "stained_glass", "été", "draft"}),
    tags=frozenset({"ink", "dark", "sketch", "colourful"}),
)


def wishes(*styles: tuple[str, float], must: str = "", must_not: str = "", surprise: bool = False) -> Wishes:
    return Wishes(styles, frozenset(must.split()), frozenset(must_not.split()), surprise)


@pytest.mark.parametrize(
    "words,expected",
    [
        ("", wishes()),
        ("woodcut", wishes(("woodcut", 1))),
        ("#woodcut", wishes(("woodcut", 1))),
        ("WoodCut", wishes(("woodcut", 1))),
        ("style=woodcut", wishes(("woodcut", 1))),
        ("Style: woodcut:2", wishes(("woodcut", 2))),
        ("#woodcut:0.7 #waves:0,3", wishes(("woodcut", 0.7), ("waves", 0.3))),
        ("woodcut:70%, waves:30%", wishes(("woodcut", 0.7), ("waves", 0.3))),
        ("woodcut\nwaves", wishes(("woodcut", 1), ("waves", 1))),
        ("#stained_glass", wishes(("stained_glass", 1))),
        ("stained-glass", wishes(("stained_glass", 1))),
        ("stainedglass", wishes(("stained_glass", 1))),
        ("Stained Glass, waves", wishes(("stained_glass", 1), ("waves", 1))),
        ("e\N{COMBINING ACUTE ACCENT}te\N{COMBINING ACUTE ACCENT}", wishes(("été", 1))),
        ("#draft", wishes(("draft", 1))),
        ("surprise", wishes(surprise=True)),
        ("#surprise", wishes(surprise=True)),
        ("Surprise me!", wishes(surprise=True)),
        ("surprise me +ink -dark", wishes(must="ink", must_not="dark", surprise=True)),
        ("+ink +sketch", wishes(must="ink sketch")),
        ("!sketch", wishes(must="sketch")),
        ("-dark", wishes(must_not="dark")),
        ("−dark", wishes(must_not="dark")),
        ("–dark", wishes(must_not="dark")),
        ("—dark", wishes(must_not="dark")),
        ("“woodcut”", wishes(("woodcut", 1))),
        ("🎨 ✨woodcut✨ — (waves)… !!!", wishes(("woodcut", 1), ("waves", 1))),
        ("＃ｗｏｏｄｃｕｔ", wishes(("woodcut", 1))),
        ("wood\N{ZERO WIDTH SPACE}cut\N{VARIATION SELECTOR-16}", wishes(("woodcut", 1))),
    ],
)
def test_words_choose_styles(words: str, expected: Wishes) -> None:
    assert parse(words, KNOWN) == expected


@pytest.mark.parametrize(
    "words,options",
    [
        ("size=1024", {"size": 1024}),
        ("Size = 1024px", {"size": 1024}),
        ("size: 1024, strength: 0,8", {"size": 1024, "strength": 0.8}),
        ("size=1024,strength=.8", {"size": 1024, "strength": 0.8}),
        ("--size=1024 size=1024", {"size": 1024}),
        ("strength=80%", {"strength": 0.8}),
        ("80%", {"strength": 0.8}),
        ("12,5 %", {"strength": 0.125}),
        ("scale=2", {"style_scale": 2}),
        ("style-scale=0.5", {"style_scale": 0.5}),
        ("colours=keep", {"colours": "keep"}),
        ("colors=KEEP", {"colours": "keep"}),
        ("color=match", {"colours": "match"}),
        ("keep colours", {"colours": "keep"}),
        ("Match Colors", {"colours": "match"}),
        ("quality=fine", {"quality": "fine"}),
        ("draft", {"quality": "draft"}),
        ("seed=7", {"seed": 7}),
        ("protect=0", {"protect": 0}),
        ("dream", {"mode": "dream"}),
        ("mode=dream layer=relu4_2 octaves=3", {"mode": "dream", "layer": "relu4_2", "octaves": 3}),
    ],
)
def test_words_choose_options(words: str, options: dict[str, object]) -> None:
    assert parse(words, KNOWN) == Wishes(options=options)


@pytest.mark.parametrize(
    "words,options",
    [
        ("iterations=50 save_every=10", {"iterations": 50, "save_every": 10}),
        ("init=noise", {"initial": "noise"}),
        ("style_layers=relu1_1+relu2_1:0.5", {"style_layers": {"relu1_1": 1.0, "relu2_1": 0.5}}),
        ("learning_rate=1e-3", {"learning_rate": 0.001}),
    ],
)
def test_options_of_the_command_line_are_for_the_command_line(words: str, options: dict[str, object]) -> None:
    assert parse(words, KNOWN, expert=True).options == options
    with pytest.raises(BadRequest, match="is for the command line"):
        parse(words, KNOWN)


@pytest.mark.parametrize(
    "words,answer",
    [
        ("woodcutt", "There is no “woodcutt”. Did you mean “woodcut”?"),
        ("#wavse", "There is no “#wavse”. Did you mean “waves”?"),
        ("+inks", "There is no “+inks”. Did you mean “+ink”?"),
        ("-drak", "There is no “-drak”. Did you mean “-dark”?"),
        ("+woodcut", "There is no “+woodcut”. Did you mean “woodcut”?"),
        ("ink", "There is no “ink”. Did you mean “+ink”?"),
        ("surprize", "There is no “surprize”. Did you mean “surprise”?"),
        ("sise=512", "There is no “sise=512”. Did you mean “size=…”?"),
        ("qualty=fine", "There is no “qualty=fine”. Did you mean “quality=fine”?"),
        ("strength", "There is no “strength”. Did you mean “strength=…”?"),
        ("finee", "There is no “finee”. Did you mean “quality=fine”?"),
        ("0.8", "There is no “0.8”. Did you mean “strength=0.8”?"),
        ("1024", "There is no “1024”. Did you mean “size=1024”?"),
        (
            "woodcutt +inks 80%",
            "There is no “woodcutt” (did you mean “woodcut”?) and no “+inks” (did you mean “+ink”?).",
        ),
        (
            "xyzzy",
            "There is no “xyzzy”. Name a style (draft, stained_glass, waves, +colourful, surprise), "
            "or an option such as size=1024 or strength=80%.",
        ),
        ("a" * 99 + " b c", f"There is no “{'a' * 40}…”, no “b” and no “c”."),
    ],
)
def test_an_unknown_word_is_answered_with_the_nearest_known_one(words: str, answer: str) -> None:
    with pytest.raises(UnknownWord) as refused:
        parse(words, KNOWN)
    assert refused.value.message.startswith(answer)
    assert refused.value.code == "unknown_word"


@pytest.mark.parametrize(
    "words,understood,nearest",
    [
        ("woodcutt draft size=256", "draft size=256", "woodcut"),
        ("keep colours, wavse “#woodcut:0.5” +ink", "", None),
        ("keep colours, wavse “#woodcut:0.5”", "keep colours #woodcut:0.5", "waves"),
        ("xyzzy 80% wavse", "80%", "waves"),
        ("1024 waves", "waves", "size=1024"),
        ("sise=512 waves", "waves", None),
        ("xyzzy", "", None),
        ("woodcutt size=64 draft", "", None),
    ],
)
def test_what_was_understood_is_kept_beside_an_unknown_word(words: str, understood: str, nearest: str | None) -> None:
    with pytest.raises(UnknownWord) as refused:
        parse(words, KNOWN)
    assert (refused.value.understood, refused.value.nearest) == (understood, nearest)
    parse(understood, KNOWN)  # is good by itself


@pytest.mark.parametrize(
    "words,answer",
    [
        ("size=64", "size must be a whole number from 128 to 4096, not 64."),
        ("size=50%", "size must be a whole number from 128 to 4096, not 50%."),
        ("size=1e400", "size must be a whole number from 128 to 4096, not 1e400."),
        ("120%", "strength must be a number from 0 to 1, not 120%."),
        ("strength=lots", "strength must be a number from 0 to 1, not “lots”."),
        ("scale=9", "scale must be a number from 0.25 to 4, not 9."),
        ("quality=best", "quality must be instant, draft, standard or fine, not “best”."),
        ("seed=-1", "seed must be a whole number from 0 to 2147483647, not -1."),
        ("size=64 seed=-1", "4096, not 64. seed must be"),
        ("size=512 size=768", "size is given twice, 512 and 768; keep one."),
        ("80% strength=0.5", "strength is given twice, 80% and 0.5; keep one."),
        ("fine draft", "quality is given twice, fine and draft; keep one."),
        ("+ink -ink", "+ink and -ink cannot both be; leave one out."),
        ("surprise woodcut", "woodcut names a style, and surprise asks for any; leave one out."),
        ("woodcut +ink", "woodcut names a style, and a tag asks for any; leave one out."),
        ("woodcut:0", "The weight of woodcut must be a number above 0, not “0”."),
        ("woodcut:x", "The weight of woodcut must be a number above 0, not “x”."),
        ("woodcut:1e999", "The weight of woodcut must be a number above 0, not “1e999”."),
        ("dream woodcut", "A dream takes no style; leave out one or the other."),
        ("octaves=3", "mode dream"),
    ],
)
def test_what_cannot_be_is_answered_with_what_may_be(words: str, answer: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse(words, KNOWN)
    assert answer in refused.value.message
    assert refused.value.code == "bad_options"


def test_one_answer_names_all_that_is_wrong() -> None:
    with pytest.raises(UnknownWord) as refused:
        parse("woodcutt size=64 +ink -ink iterations=5 qux", KNOWN)
    for wrong in ("“woodcutt”", "not 64", "+ink and -ink", "“iterations”", "“qux”"):
        assert wrong in refused.value.message


def test_an_answer_is_said_in_each_language_with_the_words_as_they_were_written() -> None:
    with pytest.raises(UnknownWord) as refused:
        parse("woodcutt size=64 fine draft", KNOWN)
    answers = {say(refused.value.said, language) for language in LANGUAGES}
    assert len(answers) == len(LANGUAGES)
    assert all(word in answer for answer in answers for word in ("woodcutt", "size", "64", "fine", "draft"))


MEANT = (
    "woodcut #waves:0.3 Stained-Glass surprise +ink -dark !sketch size=1024 strength:0,8 80% colours=keep fine seed=7 "
    "scale=2 protect=0.5 dream"
).split()


@pytest.mark.parametrize("seed", range(300))
def test_every_word_is_either_used_or_named_in_the_answer(seed: int) -> None:
    """Whatever stands together: an answer names each word it refuses, and without one each word made a difference."""
    chance = random.Random(seed)
    noise = ["".join(chance.choices("aekstw09=:#+-!%.,", k=chance.randint(2, 7))) for _ in range(2)]
    words = chance.sample(MEANT, k=3) + [word for word in noise if any(map(str.isalnum, word))]
    chance.shuffle(words)
    try:
        read = parse(" ".join(words), KNOWN)
    except UnknownWord as refused:
        for number, word in enumerate(words):
            others = " ".join(words[:number] + words[number + 1 :])
            if word not in MEANT and same(word) not in same(refused.message):
                assert outcome(others) != outcome(" ".join(words)), f"{word} was dropped"
    except BadRequest:
        pass
    else:
        for number, word in enumerate(words):
            assert outcome(" ".join(words[:number] + words[number + 1 :])) != read, f"{word} was dropped"


def outcome(words: str) -> Wishes | str:
    try:
        return parse(words, KNOWN)
    except UserError as refused:
        return refused.message


def test_wishes_take_the_place_of_what_was_there() -> None:
    base = RenderOptions(size=512, seed=3)
    assert parse("size=768 80%", KNOWN).render_options(base) == RenderOptions(size=768, seed=3, strength=0.8)
    dream = RenderOptions(mode="dream", octaves=2)
    with pytest.raises(BadRequest, match="mode dream"):
        Wishes(options={"mode": "paint"}).render_options(dream)


def test_a_wrong_option_is_explained_by_its_range_and_an_unknown_one_by_its_neighbour() -> None:
    with pytest.raises(ValidationError) as wrong:
        RenderOptions.model_validate({"sise": 3, "size": "big", "style_layers": {"relu1_1": -1, "relu2_1": -1}})
    told = say(explain(wrong.value, lambda name: f"--{name.replace('_', '-')}"))
    assert "--size must be a whole number from 128 to 4096, not “big”." in told
    assert "There is no option “sise”. Did you mean “--size”?" in told
    assert told.count("--style-layers") == 1


@pytest.mark.parametrize("name", RenderOptions.model_fields)
def test_every_option_has_words_for_what_it_may_be(name: str) -> None:
    told = say(allowed(name))
    assert told[0].isalpha() and "None" not in told


def test_layers_are_named_with_their_weights() -> None:
    assert layers("relu1_1, relu2_1:50%") == {"relu1_1": 1.0, "relu2_1": 0.5}
    assert layers("relu1_1:much") == {"relu1_1": "much"}, "what is no weight stays, for RenderOptions to refuse"


def test_the_table_of_options_in_the_documents_is_up_to_date() -> None:
    page = (Path(__file__).parents[2] / "docs" / "options.md").read_text("utf-8")
    assert page == renew(page, "options", markdown()), "docs/options.md is out of date; renew it: make docs"
    assert all(f"| `{name}` (expert) |" in page for name in EXPERT)


def test_every_flag_of_neural_style_has_its_equivalent_or_a_reason() -> None:
    flags = (
        "style_image style_blend_weights content_image image_size gpu multigpu_strategy content_weight style_weight "
        "tv_weight num_iterations normalize_gradients init init_image optimizer learning_rate lbfgs_num_correction "
        "print_iter save_iter output_image style_scale original_colors pooling proto_file model_file backend "
        "cudnn_autotune seed content_layers style_layers"
    ).split()
    page = (Path(__file__).parents[2] / "docs" / "options.md").read_text("utf-8")
    assert len(flags) == 29
    assert all(f"`-{flag}`" in page for flag in flags)
