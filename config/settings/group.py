"""What the groups of settings have in common."""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr


def _split(value: object) -> object:
    """A variable holds several names with commas between them, or a JSON list; a TOML file has lists of its own."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            return tuple(json.loads(value))
        except ValueError:
            raise ValueError("this is no list in JSON") from None
    if isinstance(value, str):
        return tuple(name.strip() for name in value.split(",") if name.strip())
    return value


Names = Annotated[tuple[str, ...], BeforeValidator(_split)]
#: As names; a TOML file may have them as numbers.
Ids = Annotated[tuple[Annotated[str, Field(coerce_numbers_to_str=True)], ...], BeforeValidator(_split)]
Secret = Annotated[SecretStr, Field(min_length=1)]


class Group(BaseModel):
    """Settings that belong together, as one frozen value."""

    model_config = ConfigDict(frozen=True, extra="forbid")
