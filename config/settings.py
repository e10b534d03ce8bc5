"""What an operator can set, with defaults that serve a laptop; read once by `load()`."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config import fields, sources


class SettingsError(ValueError):
    """Settings that cannot be used; the text has one line for each, and never a secret."""


def _split(value: object) -> object:
    """A variable holds several names with commas between them; a TOML file has lists of its own."""
    if isinstance(value, str):
        return tuple(name.strip() for name in value.split(",") if name.strip())
    return value


Names = Annotated[tuple[str, ...], BeforeValidator(_split)]
#: As names; a TOML file may have them as numbers.
Ids = Annotated[tuple[Annotated[str, Field(coerce_numbers_to_str=True)], ...], BeforeValidator(_split)]
Secret = Annotated[SecretStr, Field(min_length=1)]


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LogSettings(_Group):
    """How the service tells what it does."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="least level that is logged"
    )
    format: Literal["auto", "console", "json"] = Field(
        default="auto", description="readable lines, one JSON object a line, or `auto`: readable on a terminal"
    )


class WebSettings(_Group):
    """The web page and its API."""

    enabled: bool = Field(default=True, description="serve the web page and the API")
    # Stands before host, whose validator needs its value.
    allow_remote: bool = Field(
        default=False, description="allow a `host` that other machines reach: everyone who does can paint"
    )
    host: str = Field(
        default="127.0.0.1",
        description="address to listen on; other than loopback needs `allow_remote`",
        examples=["127.0.0.1", "::1", "localhost"],
    )
    port: int = Field(default=8080, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    allowed_hosts: Names = Field(
        default=(), description="further names under which the page is reached, as in the browser's address bar"
    )
    api_key: Secret | None = Field(
        default=None, description="key with which programs may use the expert options of the API"
    )

    @field_validator("host")
    @classmethod
    def _loopback_unless_allowed(cls, host: str, info: ValidationInfo) -> str:
        # Where allow_remote itself is wrong, that is the one thing to say.
        if info.data.get("allow_remote", True) or _is_loopback(host):
            return host
        raise ValueError(
            "other machines may reach this address, and everyone who does can paint here; "
            "if that is meant, set ATELIER_WEB__ALLOW_REMOTE=true"
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class RendererSettings(_Group):
    """The process that owns the device."""

    device: str = Field(
        default="auto",
        pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$",
        examples=["auto", "cpu", "mps", "cuda", "cuda:1"],
        description="`auto`, `cpu`, `mps`, `cuda` or `cuda:N`; `auto` takes every CUDA device, else mps, else the CPU",
    )
    encoder: Literal["vgg16", "vgg19"] = Field(
        default="vgg16", description="`vgg16` (61 MB through pip) or `vgg19` (548 MB from PyTorch's host)"
    )
    weights_dir: Path | None = Field(
        default=None, description="folder of the encoder's weights; else `DATA_DIR/weights`"
    )
    threads: int | None = Field(default=None, ge=1, le=1024, description="CPU threads of a renderer; else one per core")
    ready_timeout_s: float = Field(default=180, gt=0, description="seconds a renderer may take to load")
    tick_timeout_s: float = Field(
        default=60, gt=0, description="seconds a busy renderer may be silent before it is replaced"
    )
    cancel_timeout_s: float = Field(
        default=10, gt=0, description="seconds a renderer may take to obey a cancel before it is replaced"
    )


class LimitsSettings(_Group):
    """What is accepted from people."""

    picture_mb: float = Field(default=20, gt=0, le=200, description="heaviest picture in megabytes (10⁶ bytes)")
    picture_mp: float = Field(default=50, gt=0, le=500, description="largest picture in megapixels")
    picture_min_side: int = Field(default=32, ge=1, description="least side of a picture in pixels")
    picture_max_ratio: float = Field(default=20, ge=1, description="longest side over shortest, at most")
    picture_edge: int = Field(
        default=4096, ge=256, le=16384, description="long edge in pixels to which larger pictures are reduced at intake"
    )
    decode_timeout_s: float = Field(default=20, gt=0, description="seconds that decoding one picture may take")
    decode_memory_mb: int = Field(
        default=1024, ge=256, description="memory in megabytes that decoding one picture may take"
    )
    open_jobs_per_requester: int = Field(default=3, ge=1, description="open jobs one person may have")
    open_jobs: int = Field(default=200, ge=1, description="open jobs in all")
    max_render_s: float = Field(default=600, gt=0, description="estimated render seconds above which a job is refused")
    jobs_per_hour: int = Field(default=60, ge=0, description="jobs of one person within an hour")
    jobs_per_day: int = Field(default=300, ge=0, description="jobs of one person within a day")
    group_jobs_per_hour: int = Field(default=120, ge=0, description="jobs from one group within an hour")
    group_jobs_per_day: int = Field(default=600, ge=0, description="jobs from one group within a day")
    pending_s: float = Field(
        default=1800, gt=0, description="seconds a bot keeps a picture that waits for its style or content"
    )


class AccessSettings(_Group):
    """Who may order."""

    allow_list: bool = Field(default=False, description="let nobody order but those in `allowed`, and the bots' admins")
    allowed: Names = Field(
        default=(), description="people and groups such as `telegram:123`, or a whole platform: `web`"
    )


class TelegramSettings(_Group):
    """The Telegram bot."""

    token: Secret | None = Field(default=None, description="token from @BotFather; starts the Telegram adapter")
    admins: Ids = Field(default=(), description="numeric ids of the people who may use the admins' commands")
    base_url: str = Field(
        default="https://api.telegram.org/bot",
        examples=["http://127.0.0.1:8081/bot"],
        description="where the Bot API is, for a server of your own",
    )
    base_file_url: str = Field(
        default="https://api.telegram.org/file/bot",
        examples=["http://127.0.0.1:8081/file/bot"],
        description="where its files are",
    )
    # Stands before webhook_url, whose validator needs its value.
    webhook_secret: Secret | None = Field(
        default=None, description="secret that Telegram shows with every update: letters, digits, `_` and `-`"
    )
    webhook_url: str | None = Field(
        default=None,
        examples=["https://bot.example.org/telegram"],
        description="public address that Telegram sends updates to, needs `webhook_secret`; without one the bot polls",
    )
    webhook_listen: str = Field(
        default="127.0.0.1", examples=["127.0.0.1", "0.0.0.0"], description="address to listen on for updates"
    )
    webhook_port: int = Field(default=8443, ge=0, le=65535, description="port to listen on for updates")
    webhook_path: str = Field(
        default="telegram", examples=["telegram"], description="path under which updates arrive here"
    )
    edit_interval_s: float = Field(default=3, ge=0, description="seconds between two previews in a private chat")
    group_edit_interval_s: float = Field(default=5, ge=0, description="seconds between two previews in a group")
    album_pause_s: float = Field(default=1.5, ge=0, description="seconds to wait for the further pictures of an album")

    @field_validator("admins")
    @classmethod
    def _numeric(cls, admins: tuple[str, ...]) -> tuple[str, ...]:
        for admin in admins:
            if not admin.isdecimal():
                raise ValueError(f"“{admin}” is not a numeric id")
        return admins

    @field_validator("webhook_url")
    @classmethod
    def _secret_with_a_webhook(cls, url: str | None, info: ValidationInfo) -> str | None:
        # Where the secret itself is wrong, that is the one thing to say.
        if url is not None and info.data.get("webhook_secret", True) is None:
            raise ValueError("anybody could send updates there; set ATELIER_TELEGRAM__WEBHOOK_SECRET as well")
        return url


class XSettings(_Group):
    """The X bot."""

    consumer_key: Secret | None = Field(default=None, description="API key of the app")
    consumer_secret: Secret | None = Field(default=None, description="API key secret of the app")
    access_token: Secret | None = Field(default=None, description="access token of the bot account")
    access_token_secret: Secret | None = Field(default=None, description="access token secret of the bot account")


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
    log: LogSettings = LogSettings()
    web: WebSettings = WebSettings()
    renderer: RendererSettings = RendererSettings()
    limits: LimitsSettings = LimitsSettings()
    access: AccessSettings = AccessSettings()
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
    wrong = given[setting.path]
    value = "" if setting.secret else f" is {wrong.value!r}"
    return f"{wrong.name} ({wrong.origin}){value}: {message}; allowed: {setting.allowed}"
