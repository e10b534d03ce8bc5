"""The renderer's options as options of commands: names, ranges, defaults and meanings are those of `RenderOptions`."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from pydantic import ValidationError
from typer.core import TyperCommand

from bot.errors import BadRequest
from bot.options import Wishes, explain
from bot.options.values import kind_of, plain, value_of
from renderer.options import RenderOptions

PICTURES = "Pictures"
PAINTING = "The painting"
OUTPUT = "What is written"
EXPERT = "For experts"


class Sectioned(TyperCommand):
    """A command whose help shows its options in sections (`rich_help_panel`), in the order of the code."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """What may follow the command's name."""
        arguments = (parameter for parameter in self.get_params(ctx) if parameter.param_type_name == "argument")
        return ["[OPTIONS]", *(argument.metavar or "" for argument in arguments)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the sections; arguments are told of in the command's docstring."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            if parameter.param_type_name == "option" and (record := parameter.get_help_record(ctx)):
                sections.setdefault(getattr(parameter, "rich_help_panel", None) or "Other", []).append(record)
        for title, records in sections.items():
            with formatter.section(title):
                formatter.write_dl(records)


def flag(name: str) -> str:
    """An option of `RenderOptions` as it is spelt on the command line."""
    return "--init" if name == "initial" else f"--{name.replace('_', '-')}"


def options(wishes: Wishes, **given: str | None) -> RenderOptions:
    """What words and flags ask for together; flags win. Raises BadRequest, which names the flags that are wrong."""
    texts = {name: text for name, text in given.items() if text is not None}
    try:
        return RenderOptions.model_validate(
            {**wishes.options, **{name: value_of(name, text) for name, text in texts.items()}}
        )
    except ValidationError as exc:
        raise BadRequest(explain(exc, flag, texts), "bad_options") from exc


def _choice(name: str, section: str = PAINTING, metavar: str | None = None, meaning: str | None = None) -> Any:
    field = RenderOptions.model_fields[name]
    default = "" if field.default is None else f" [{_plain(field.default)}]"
    return typer.Option(
        flag(name),
        metavar=metavar or _metavar(name),
        help=_sentence(meaning or field.description or "") + default,
        rich_help_panel=section,
        show_default=False,
    )


def _sentence(description: str) -> str:
    """A description as help: names of values stay as they are typed."""
    text = description.removeprefix("dream: ")
    text = text if text.startswith("`") else text[:1].upper() + text[1:]
    return text.replace("`", "").removesuffix(".") + "."


def _metavar(name: str) -> str:
    kind = kind_of(name)
    if "enum" in kind:
        return "|".join(kind["enum"])
    if kind["type"] in ("integer", "number"):
        least: float = kind.get("minimum", kind.get("exclusiveMinimum", 0))
        return f"{plain(least)}..{plain(kind['maximum'])}"
    return "LAYER" if kind["type"] == "string" else "LAYER[:W],…"


def _plain(default: object) -> str:
    return plain(default) if isinstance(default, (int, float)) else str(default)


# Texts, all of them: `value_of` reads 80% and 0,8 as the grammar of words does, and `explain` says what is wrong.
Size = Annotated[str | None, _choice("size")]
Strength = Annotated[str | None, _choice("strength")]
StyleScale = Annotated[str | None, _choice("style_scale")]
Colours = Annotated[str | None, _choice("colours")]
Quality = Annotated[str | None, _choice("quality")]
Protect = Annotated[str | None, _choice("protect")]
Seed = Annotated[str | None, _choice("seed")]
Layer = Annotated[str | None, _choice("layer")]
Octaves = Annotated[str | None, _choice("octaves")]
DreamStrength = Annotated[
    str | None, _choice("strength", meaning="how far the picture is given over to the dream: 0 hardly, 1 wholly")
]

Iterations = Annotated[str | None, _choice("iterations", EXPERT)]
Initial = Annotated[str | None, _choice("initial", EXPERT, "content|noise|PICTURE")]
ContentLayers = Annotated[str | None, _choice("content_layers", EXPERT)]
StyleLayers = Annotated[str | None, _choice("style_layers", EXPERT)]
Pooling = Annotated[str | None, _choice("pooling", EXPERT)]
Optimiser = Annotated[str | None, _choice("optimiser", EXPERT)]
LearningRate = Annotated[str | None, _choice("learning_rate", EXPERT)]
History = Annotated[str | None, _choice("history", EXPERT)]
Variation = Annotated[str | None, _choice("variation", EXPERT)]
SaveEvery = Annotated[str | None, _choice("save_every", EXPERT)]


def _written(*flags: str, metavar: str | None = None, help: str) -> Any:
    return typer.Option(*flags, metavar=metavar, help=help, rich_help_panel=OUTPUT, show_default=False)


_OUTPUT = "The painting (.png, .jpg, .webp), or a folder: OUT/. Else it is called after its pictures."
_TIMELAPSE = "A film of its making: a path (.mp4, .gif, .webp), or mp4, gif or webp for one beside each painting."
Output = Annotated[str | None, _written("-o", "--output", metavar="OUT", help=_OUTPUT)]
Timelapse = Annotated[str | None, _written("--timelapse", metavar="FILM", help=_TIMELAPSE)]
Metadata = Annotated[
    bool, _written("--metadata", help="Write OUT.json too: options, seed, encoder, losses, seconds, device.")
]
AsJson = Annotated[bool, _written("--json", help="Print the same as one line a painting to stdout.")]
Device = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="auto, cpu, mps, cuda or cuda:N.", rich_help_panel=EXPERT, show_default=False),
]
