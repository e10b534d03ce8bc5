"""What an upload asks for: its options and words put together, and its styles found."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.adapters.web.api.upload import MAX_STYLES, Upload
from bot.errors import BadPicture, BadRequest
from bot.gallery import Gallery
from bot.intake import Style
from bot.options import Wishes, explain, parse
from bot.texts import phrase
from renderer.options import EXPERT, RenderOptions


async def wanted(upload: Upload, gallery: Gallery, has_key: bool) -> tuple[tuple[Style, ...], RenderOptions]:
    """The styles, those sent before those named, and the options; `has_key` allows the expert ones.

    Raises UnknownWord, UnknownStyle, BadRequest and BadPicture (picture_missing).
    """
    wishes = parse(upload.words, gallery.known(), expert=has_key)
    options = _options(upload.options, wishes, has_key)
    if upload.weights is not None and len(upload.weights) != len(upload.styles):
        raise BadRequest(phrase("error-weights-number", count=len(upload.styles)), "bad_options")
    sent = zip(upload.styles, upload.weights or [1.0] * len(upload.styles), strict=True)
    pictures = [*sent, *await _named(upload, wishes, options, gallery)]
    if not pictures and options.mode == "paint":
        raise BadPicture(phrase("error-upload-no-style"), "picture_missing")
    if len(pictures) > MAX_STYLES:
        raise BadRequest(phrase("error-upload-styles", count=len(pictures), most=MAX_STYLES), "bad_options")
    if len(upload.masks) > len(pictures):
        raise BadRequest(phrase("error-upload-masks"), "bad_upload")
    masks = [*upload.masks, *[None] * (len(pictures) - len(upload.masks))]
    return tuple(Style(file, weight, mask) for (file, weight), mask in zip(pictures, masks, strict=True)), options


def checked(given: dict[str, Any], has_key: bool, others: Mapping[str, Any]) -> RenderOptions:
    """The options that are given, and others that were looked at before; raises BadRequest (bad_options)."""
    expert = sorted(EXPERT & given.keys())
    if expert and not has_key:
        raise BadRequest(phrase("error-options-expert", name=expert[0]), "bad_options")
    try:
        options = RenderOptions.model_validate({**others, **given})
    except ValidationError as exc:
        raise BadRequest(explain(exc), "bad_options") from exc
    if options.save_every is not None or options.initial == "picture":
        raise BadRequest(phrase("error-options-of-commands"), "bad_options")
    return options


def _options(given: dict[str, Any], wishes: Wishes, has_key: bool) -> RenderOptions:
    for name in sorted(given.keys() & wishes.options.keys()):
        if given[name] != wishes.options[name]:
            option, word = str(given[name]), str(wishes.options[name])
            raise BadRequest(phrase("error-options-and-words", name=name, option=option, word=word), "bad_options")
    return checked(given, has_key, wishes.options)


async def _named(upload: Upload, wishes: Wishes, options: RenderOptions, gallery: Gallery) -> list[tuple[Path, float]]:
    if upload.styles and wishes.by_chance:
        raise BadRequest(phrase("error-upload-style-and-chance"), "bad_options")
    seed = options.seed if "seed" in options.model_fields_set else None
    return [(await gallery.picture(entry), weight) for entry, weight in gallery.chosen(wishes, seed)]
