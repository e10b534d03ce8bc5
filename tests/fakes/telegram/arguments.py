"""The parameters of a call: which there are, of which type, and where files stand among them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.fakes.telegram.files import Upload
from tests.fakes.telegram.refusals import mistake

Reader = Callable[[str], Any]

#: What Telegram says where a required parameter is absent.
_ABSENT = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "photo": "there is no photo in the request",
    "document": "there is no document in the request",
    "animation": "there is no animation in the request",
    "file_id": "invalid file_id",
    "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
    "action": "wrong parameter action in request",
}


def text(raw: str) -> str:
    return raw


def integer(raw: str) -> int:
    return int(raw)


def boolean(raw: str) -> bool:
    return {"true": True, "false": False}[raw.lower()]


def structure(raw: str) -> Any:
    return json.loads(raw)


def file(raw: str | Upload) -> str | Upload:
    """An uploaded file, ``attach://`` one, or the id of a known one."""
    return raw


@dataclass(frozen=True)
class Signature:
    """What a method takes."""

    required: Mapping[str, Reader]
    optional: Mapping[str, Reader]

    def read(self, fields: Mapping[str, str | Upload]) -> dict[str, Any]:
        """The parameters by name, each of its type; unknown ones and uploads of other names are left out."""
        values: dict[str, Any] = {}
        for name, reader in (*self.required.items(), *self.optional.items()):
            raw = fields.get(name)
            if raw is None or raw == "":
                if name in self.required:
                    raise mistake(_ABSENT.get(name, f'parameter "{name}" is required'))
                continue
            if isinstance(raw, Upload) and reader is not file:
                raise mistake(f'parameter "{name}" must not be a file')
            try:
                values[name] = reader(raw)  # type: ignore[arg-type]
            except (ValueError, KeyError):
                raise mistake(f'can\'t parse parameter "{name}": {raw!r} is no {reader.__name__}') from None
        return values

    def unknown(self, fields: Mapping[str, str | Upload]) -> list[str]:
        """Parameters that the method does not have; uploads may have any name."""
        names = set(self.required) | set(self.optional)
        return [name for name, raw in fields.items() if name not in names and not isinstance(raw, Upload)]


def attached(raw: str | Upload, uploads: Mapping[str, Upload]) -> str | Upload:
    """The upload that ``attach://name`` stands for; anything else as it is."""
    if isinstance(raw, Upload) or not raw.startswith("attach://"):
        return raw
    name = raw.removeprefix("attach://")
    if name not in uploads:
        raise mistake(f'file "{name}" of attach:// was not uploaded')
    return uploads[name]
