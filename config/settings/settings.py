"""All groups as one value, and how it is read."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, PrivateAttr, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config import fields, sources
from config.settings.group import Names
from config.settings.limits import AccessSettings, LimitsSettings
from config.settings.log import LogSettings
from config.settings.moderation import ModerationSettings
from config.settings.renderer import NatsSettings, RendererSettings
from config.settings.retention import RetentionSettings
from config.settings.telegram import TelegramSettings
from config.settings.web import WebSettings
from config.settings.x import XSettings

_NATS_URL = re.compile(r"(nats|tls)://[A-Za-z0-9.-]+(:\d{1,5})?|(nats|tls)://\[[0-9a-fA-F:]+\](:\d{1,5})?")


class SettingsError(ValueError):
    """Settings that cannot be used; the text has one line for each, and never a secret."""


class Settings(BaseSettings):
    """Everything that can be set, as one frozen value; `load()` reads it, the constructor only checks its arguments."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix=fields.ENV_PREFIX,
        env_nested_delimiter=fields.ENV_DELIMITER,
        env_ignore_empty=True,  # compose passes on a variable that is not set as an empty one
        hide_input_in_errors=True,
    )

    data_dir: Path = Field(default=Path("data"), description="folder of all that is kept: database, pictures, weights")
    pools: Names = Field(
        default=("local",),
        description="where is painted: `local` on this machine, `nats://host:4222` or `tls://…` by agents; or both",
        examples=["local", "local,nats://10.0.0.1:4222", '["local","tls://gpus.example.org:4222"]'],
    )
    log: LogSettings = LogSettings()
    web: WebSettings = WebSettings()
    renderer: RendererSettings = RendererSettings()
    nats: NatsSettings = NatsSettings()
    limits: LimitsSettings = LimitsSettings()
    retention: RetentionSettings = RetentionSettings()
    access: AccessSettings = AccessSettings()
    moderation: ModerationSettings = ModerationSettings()
    telegram: TelegramSettings = TelegramSettings()
    x: XSettings = XSettings()

    _origins: Mapping[fields.SettingPath, str] = PrivateAttr(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only the constructor's arguments: `load()` reads the other sources, and keeps what came from where."""
        return (init_settings,)

    @field_validator("pools")
    @classmethod
    def _known_pools(cls, pools: tuple[str, ...]) -> tuple[str, ...]:
        if not pools or len(set(pools)) < len(pools):
            raise ValueError("there is one pool at least, and none stands there twice")
        for pool in pools:
            if pool != "local" and not _NATS_URL.fullmatch(pool):
                # A password in it would be shown wherever the address is.
                raise ValueError(
                    "a pool is `local`, `nats://host:port` or `tls://host:port`; who calls there is said by "
                    "ATELIER_NATS__USER and ATELIER_NATS__PASSWORD"
                )
        return pools

    @property
    def weights_dir(self) -> Path:
        """Folder of the encoder's weights."""
        return self.renderer.weights_dir or self.data_dir / "weights"

    def value(self, path: fields.SettingPath) -> object:
        """The value in force of the setting at `path`, such as ``("web", "port")``."""
        return functools.reduce(getattr, path, self)

    def origin(self, path: fields.SettingPath) -> str:
        """Where the setting at `path` came from: ``default``, ``environment``, ``.env``, ``file /run/…`` and so on."""
        return self._origins.get(path, "default")

    def secret_values(self) -> tuple[str, ...]:
        """The secrets in force, in the clear, for the filter that keeps them out of the logs."""
        secrets = (self.value(setting.path) for setting in fields.settings_of(Settings) if setting.secret)
        return tuple(secret.get_secret_value() for secret in secrets if isinstance(secret, SecretStr))


def load(**overrides: object) -> Settings:
    """Read the settings: overrides, environment, `.env`, `atelier.toml`, files of secrets, defaults; the first wins.

    The files are those of the current folder. `overrides` are groups as mappings, as in ``load(web={"port": 0})``;
    a None among them means "not given". Raises SettingsError with a line for each setting that is wrong.
    """
    given, problems = sources.read(Settings, overrides)
    try:
        settings = Settings(**_tree(given))
    except ValidationError as exc:
        problems += [_problem(tuple(error["loc"]), _reason(error), given) for error in exc.errors()]
    if problems:
        raise SettingsError("\n".join(problems))
    settings._origins = {path: value.origin for path, value in given.items()}
    return settings


def _tree(given: Mapping[fields.SettingPath, sources.Given]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, value in given.items():
        group = tree
        for name in path[:-1]:
            group = group.setdefault(name, {})
        group[path[-1]] = value.value
    return tree


def _reason(error: Mapping[str, Any]) -> str:
    """What pydantic found wrong; of a pattern only that it does not fit, since `allowed` says it in words."""
    if error["type"] == "string_pattern_mismatch":
        return "not one of those that are known"
    message: str = error["msg"]
    return message.removeprefix("Value error, ")


def _problem(location: tuple[int | str, ...], message: str, given: Mapping[fields.SettingPath, sources.Given]) -> str:
    setting = next(setting for setting in fields.settings_of(Settings) if location[: len(setting.path)] == setting.path)
    # A default, too, can be wrong beside what is given.
    default = sources.Given(setting.default, fields.env_name(setting.path), "default")
    wrong = given.get(setting.path, default)
    value = "" if setting.secret else f" is {wrong.value!r}"
    return f"{wrong.name} ({wrong.origin}){value}: {message}; allowed: {setting.allowed}"
