"""From parameters to what a message says and shows."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, UnidentifiedImageError

from tests.fakes.telegram.arguments import attached
from tests.fakes.telegram.chats import Button, Content
from tests.fakes.telegram.entities import Entity, parsed, units
from tests.fakes.telegram.files import Media, Upload
from tests.fakes.telegram.methods.registry import Request, Values
from tests.fakes.telegram.refusals import mistake

TEXT_UNITS = 4096
CAPTION_UNITS = 1024
Rows = tuple[tuple[Button, ...], ...]


def text_of(values: Values) -> Content:
    """The content of a text message."""
    text, entities = _marked(values, "text", "entities")
    if not text:
        raise mistake("message text is empty")
    if units(text) > TEXT_UNITS:
        raise mistake("message is too long")
    return Content(text=text, entities=tuple(entities))


def caption_of(values: Values) -> Content:
    """A caption without its picture; no caption where there is none."""
    caption, entities = _marked(values, "caption", "caption_entities")
    if units(caption) > CAPTION_UNITS:
        raise mistake("message caption is too long")
    return Content(caption=caption or None, entities=tuple(entities))


def _marked(values: Values, name: str, marks: str) -> tuple[str, list[Entity]]:
    text, mode = values.get(name, ""), values.get("parse_mode")
    given = values.get(marks)
    if given is None or mode:
        text, entities = parsed(text, mode)
    elif isinstance(given, list) and all({"type", "offset", "length"} <= set(entity) for entity in given):
        entities = given
    else:
        raise mistake("can't parse MessageEntity: expected an Object")
    leading = units(text) - units(text.lstrip())
    stripped = text.strip()
    moved = [entity | {"offset": max(0, entity["offset"] - leading)} for entity in entities]
    return stripped, [entity for entity in moved if entity["offset"] < units(stripped)]


def media_of(request: Request, kind: str, raw: str | Upload, values: Values) -> Media:
    """A picture or file: uploaded with the call, or known already by its id."""
    files = request.world.files
    source = attached(raw, request.uploads)
    _check_thumbnail(request, values.get("thumbnail"))
    if isinstance(source, str):
        return files.again(source, kind)
    if kind == "photo":
        return files.photo(source.data)
    if kind != "animation":
        return files.other(kind, source)
    if not source.data.startswith(b"GIF8") and source.data[4:8] != b"ftyp":
        request.world.blame(f"animation: {source.name} is neither GIF nor MP4, so that Telegram shows a mere file")
    return files.other(kind, source, **{name: values.get(name, 0) for name in ("width", "height", "duration")})


def _check_thumbnail(request: Request, raw: str | Upload | None) -> None:
    """Telegram ignores a thumbnail that is not as documented; nobody means to send one that is ignored."""
    if raw is None:
        return
    thumbnail = attached(raw, request.uploads)
    try:
        assert isinstance(thumbnail, Upload) and len(thumbnail.data) <= 200_000
        image = Image.open(io.BytesIO(thumbnail.data))
        assert image.format == "JPEG" and max(image.size) <= 320
    except (AssertionError, UnidentifiedImageError, OSError):
        request.world.blame("thumbnail: must be an uploaded JPEG of at most 320 px and 200 kB")


def inline_rows(markup: Any) -> Rows:
    """The buttons of an inline keyboard; none where there is no keyboard. Other keyboards have no rows."""
    if markup is None:
        return ()
    if not isinstance(markup, dict):
        raise mistake("object expected as reply markup")
    rows = markup.get("inline_keyboard", [])
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise mistake('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    buttons = tuple(tuple(_button(button) for button in row) for row in rows if row)
    if sum(map(len, buttons)) > 100 or any(len(row) > 8 for row in buttons):
        raise mistake("reply markup is too long")
    return buttons


def _button(given: Any) -> Button:
    if not isinstance(given, dict) or not isinstance(given.get("text"), str):
        raise mistake("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    text, data, url = given["text"], given.get("callback_data"), given.get("url")
    if unknown := set(given) - {"text", "callback_data", "url"}:
        raise mistake(f"this server knows no inline button with {', '.join(sorted(unknown))}")
    if not text.strip():
        raise mistake("inline keyboard button text must be non-empty")
    if data is None and url is None:
        raise mistake("text buttons are unallowed in the inline keyboard")
    if data is not None and (not isinstance(data, str) or not 1 <= len(data.encode()) <= 64):
        raise mistake("BUTTON_DATA_INVALID")
    if url is not None and not url.startswith(("http://", "https://", "tg://")):
        raise mistake(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return Button(text, data, url)


def only_inline(markup: Any) -> Rows:
    """The buttons of an edited message, which may have no other keyboard."""
    if isinstance(markup, dict) and "inline_keyboard" not in markup:
        raise mistake("inline keyboard expected")
    return inline_rows(markup)
