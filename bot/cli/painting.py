"""`atelier paint` and `atelier dream`."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.cli import choices
from bot.cli.choices import PICTURES
from bot.cli.styles import choose, pictures
from bot.errors import BadRequest
from bot.gallery import Gallery
from bot.options import Wishes, parse
from bot.paint import Commission, paint
from config.log import LogSettings, setup
from config.settings import Settings, load

Contents = Annotated[list[str], typer.Argument(metavar="CONTENT...", show_default=False)]
Pictures = Annotated[list[str], typer.Argument(metavar="CONTENT... [STYLE]", show_default=False)]
Styles = Annotated[
    list[str] | None,
    typer.Option(
        "--style",
        metavar="STYLE[:WEIGHT]",
        help="A picture, a name of the gallery, or surprise; several blend: --style a.jpg:0.7 --style woodcut:0.3.",
        rich_help_panel=PICTURES,
    ),
]
Words = Annotated[
    str | None,
    typer.Option(
        metavar="WORDS",
        help='What chats understand: "woodcut 80%", "+ink -dark size=1024 keep colours". Flags win over words.',
        rich_help_panel=PICTURES,
    ),
]
Masks = Annotated[
    list[Path] | None,
    typer.Option(
        "--mask",
        metavar="PICTURE",
        help="Where a style goes (white) and where not (black), in the shape of the content. The nth belongs to the "
        "nth --style; styles without one share the rest.",
        rich_help_panel=PICTURES,
    ),
]


@dataclasses.dataclass(frozen=True)
class _Wanted:
    """What is to be written; `output` as it was given."""

    output: str | None
    timelapse: str | None
    metadata: bool
    as_json: bool


def paint_command(
    named: Pictures,
    style: Styles = None,
    words: Words = None,
    mask: Masks = None,
    size: choices.Size = None,
    strength: choices.Strength = None,
    style_scale: choices.StyleScale = None,
    colours: choices.Colours = None,
    quality: choices.Quality = None,
    protect: choices.Protect = None,
    seed: choices.Seed = None,
    output: choices.Output = None,
    timelapse: choices.Timelapse = None,
    metadata: choices.Metadata = False,
    as_json: choices.AsJson = False,
    iterations: choices.Iterations = None,
    init: choices.Initial = None,
    content_layers: choices.ContentLayers = None,
    style_layers: choices.StyleLayers = None,
    pooling: choices.Pooling = None,
    optimiser: choices.Optimiser = None,
    learning_rate: choices.LearningRate = None,
    history: choices.History = None,
    variation: choices.Variation = None,
    save_every: choices.SaveEvery = None,
    device: choices.Device = None,
) -> None:
    """Paint pictures in the manner of a style.

    The same renderer as the service's, without a server. The last picture is the style where none is named:
    atelier paint photo.jpg painting.jpg -o out.png, or atelier paint photo.jpg --style woodcut.

    Several contents are painted into a folder (-o OUT/) by one warm renderer; what is there already is passed over.
    Ctrl-C saves what there is and exits with status 130.
    """
    flags = {
        "size": size, "strength": strength, "style_scale": style_scale, "colours": colours, "quality": quality,
        "protect": protect, "seed": seed, "iterations": iterations, "content_layers": content_layers,
        "style_layers": style_layers, "pooling": pooling, "optimiser": optimiser, "learning_rate": learning_rate,
        "history": history, "variation": variation, "save_every": save_every,
    }  # fmt: skip
    wanted = _Wanted(output, timelapse, metadata, as_json)
    settings = _settings(device)
    raise typer.Exit(asyncio.run(_paint(named, style or [], words or "", mask or [], init, flags, wanted, settings)))


def dream_command(
    contents: Contents,
    layer: choices.Layer = None,
    octaves: choices.Octaves = None,
    strength: choices.DreamStrength = None,
    size: choices.Size = None,
    quality: choices.Quality = None,
    seed: choices.Seed = None,
    output: choices.Output = None,
    timelapse: choices.Timelapse = None,
    metadata: choices.Metadata = False,
    as_json: choices.AsJson = False,
    iterations: choices.Iterations = None,
    pooling: choices.Pooling = None,
    device: choices.Device = None,
) -> None:
    """Let the encoder see things in pictures.

    What it half sees in each CONTENT is made stronger, from coarse to fine. Files, progress and Ctrl-C are as with
    paint.
    """
    wanted = _Wanted(output, timelapse, metadata, as_json)
    options = choices.options(
        Wishes(), mode="dream", layer=layer, octaves=octaves, strength=strength, size=size, seed=seed,
        quality=quality, iterations=iterations, pooling=pooling,
    )  # fmt: skip
    commission = Commission(tuple(map(Path, contents)), (), *_output(wanted.output, contents, "dream"), options)
    raise typer.Exit(asyncio.run(paint(_with(commission, wanted), _settings(device), Console(stderr=True))))


async def _paint(
    named: Sequence[str],
    styles: Sequence[str],
    words: str,
    masks: Sequence[Path],
    init: str | None,
    flags: dict[str, str | None],
    wanted: _Wanted,
    settings: Settings,
) -> int:
    gallery, console = Gallery(settings), Console(stderr=True)
    wishes = parse(words, gallery.known(), expert=True)
    if not styles and not wishes.choose_style:
        *named, last = named
        styles = [last]
        if not named:
            raise BadRequest("a content and a style are needed: atelier paint CONTENT STYLE, or --style woodcut")
    start = Path(init) if init not in (None, "content", "noise") else None
    options = choices.options(wishes, **flags, initial="picture" if start else init)
    if options.mode != "paint":
        raise BadRequest("to dream, use atelier dream")
    if options.initial == "picture" and not start:
        raise BadRequest("--init names the picture to start from: --init start.png")
    chosen = await choose(styles, wishes, gallery, options.seed if "seed" in options.model_fields_set else None)
    for choice in chosen:
        if choice.by_chance:
            console.print(f"the style is {choice.name}", highlight=False, markup=False)
    output = _output(wanted.output, named, "-".join(choice.name for choice in chosen))
    pictured = await pictures(chosen, masks, gallery)
    commission = Commission(tuple(map(Path, named)), pictured, *output, options, initial=start)
    return await paint(_with(commission, wanted), settings, console)


def _settings(device: str | None) -> Settings:
    settings = load(renderer={"device": device})
    setup(LogSettings(level="error"), settings.secret_values())
    return settings


def _output(given: str | None, contents: Sequence[str], manner: str) -> tuple[Path, bool]:
    """The path of the output, and whether it is a folder; raises BadRequest."""
    if given is None:
        if len(contents) > 1:
            raise BadRequest("several contents need a folder to be painted into: -o painted/")
        path = Path(f"{Path(contents[0]).stem}-{manner}.png")
        if path.exists():
            raise BadRequest(f"{path} is there already; choose another name with -o")
        return path, False
    if not given:
        raise BadRequest("-o needs a name: a picture's, or a folder's with / at its end")
    return Path(given), given.endswith("/") or Path(given).is_dir()


def _with(commission: Commission, wanted: _Wanted) -> Commission:
    return dataclasses.replace(commission, film=wanted.timelapse, metadata=wanted.metadata, as_json=wanted.as_json)
