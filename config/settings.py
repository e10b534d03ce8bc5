"""What an operator can set, with defaults that serve a laptop; read once by `load()`."""

from __future__ import annotations

import functools
import ipaddress
import json
import re
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

_PLATFORMS = ("x", "web", "telegram")
#: In the PHC string format.
_ARGON2ID = re.compile(r"\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+")
_LEAST_TOKEN = 16
_NATS_URL = re.compile(r"(nats|tls)://[A-Za-z0-9.-]+(:\d{1,5})?|(nats|tls)://\[[0-9a-fA-F:]+\](:\d{1,5})?")


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
    # Stand before host, whose validator needs their values.
    allow_remote: bool = Field(
        default=False, description="allow a `host` that other machines reach: everyone who does can paint"
    )
    require_key: bool = Field(
        default=False, description="let nobody use the API, and so the page, without a key (`atelier admin key`)"
    )
    host: str = Field(
        default="127.0.0.1",
        description="address to listen on; other than loopback needs `require_key` or `allow_remote`",
        examples=["127.0.0.1", "::1", "localhost"],
    )
    port: int = Field(default=8080, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    allowed_hosts: Names = Field(
        default=(), description="further names under which the page is reached, as in the browser's address bar"
    )
    trusted_proxies: Names = Field(
        default=(),
        description="addresses and networks of proxies in front, whose `X-Forwarded-For` or `Forwarded` is believed",
    )
    uploads_at_once: int = Field(
        default=32, ge=1, description="uploads taken in at the same time, half of them from one address"
    )
    requests_per_minute: int = Field(
        default=600,
        ge=0,
        description="requests to the API of one key, or from one address without a key; 0: any number",
    )
    api_key: Secret | None = Field(
        default=None,
        description="one key more, for the expert options; unlike those of `atelier admin key` it owns no jobs",
    )
    webhooks_private: bool = Field(
        default=False, description="allow webhooks to private addresses, and over http: on a network of your own"
    )
    metrics: bool = Field(
        default=False,
        description="serve `/metrics` for Prometheus: to this machine, `metrics_from` and `metrics_token`",
    )
    metrics_from: Names = Field(
        default=(), description="addresses and networks, such as `10.0.0.5` or `10.0.0.0/8`, that may read `/metrics`"
    )
    metrics_token: Secret | None = Field(
        default=None, description="bearer token with which `/metrics` may be read from anywhere"
    )
    admin_password_hash: Secret | None = Field(
        default=None, description="what `atelier admin password` makes of a password; turns on the page `/admin`"
    )
    admin_token: Secret | None = Field(
        default=None, description="token of 16 characters or more for that page, and for programs; turns it on, too"
    )
    admin_http: bool = Field(
        default=False,
        description="let that page be used over plain HTTP from other machines: what is sent can be read on the way",
    )

    @property
    def has_admin_page(self) -> bool:
        """Whether there is a page for admins."""
        return self.admin_password_hash is not None or self.admin_token is not None

    @field_validator("admin_password_hash")
    @classmethod
    def _hashed(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not _ARGON2ID.fullmatch(secret.get_secret_value()):
            raise ValueError("this is no argon2id hash; `atelier admin password` makes one of a password")
        return secret

    @field_validator("admin_token")
    @classmethod
    def _hard_to_guess(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and len(secret.get_secret_value()) < _LEAST_TOKEN:
            raise ValueError(f"a token has at least {_LEAST_TOKEN} characters")
        return secret

    @field_validator("metrics_from", "trusted_proxies")
    @classmethod
    def _networks(cls, places: tuple[str, ...]) -> tuple[str, ...]:
        for place in places:
            try:
                ipaddress.ip_network(place, strict=False)
            except ValueError:
                raise ValueError(f"“{place}” is neither an address nor a network") from None
        return places

    @field_validator("host")
    @classmethod
    def _loopback_unless_allowed(cls, host: str, info: ValidationInfo) -> str:
        # Where one of them is itself wrong, that is the one thing to say.
        if info.data.get("allow_remote", True) or info.data.get("require_key", True) or _is_loopback(host):
            return host
        raise ValueError(
            "other machines may reach this address, and everyone who does can paint here; "
            "set ATELIER_WEB__REQUIRE_KEY=true to let in programs with a key alone, "
            "or, if everyone is meant, set ATELIER_WEB__ALLOW_REMOTE=true"
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
    confined: bool = Field(
        default=True,
        description="keep the network and other files from renderers, decoders and the like, where Linux can do that",
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
    decode_cpu_s: int = Field(
        default=5, ge=1, description="seconds of a processor that it may take; a slow machine may need more"
    )
    decode_memory_mb: int = Field(
        default=370, ge=256, description="memory in megabytes that decoding one picture may take"
    )
    open_jobs_per_requester: int = Field(default=3, ge=1, description="open jobs one person may have")
    open_jobs: int = Field(default=200, ge=1, description="open jobs in all")
    max_render_s: float = Field(default=600, gt=0, description="estimated render seconds above which a job is refused")
    jobs_per_hour: int = Field(default=60, ge=0, description="jobs of one person within an hour")
    jobs_per_day: int = Field(default=300, ge=0, description="jobs of one person within a day")
    group_jobs_per_hour: int = Field(default=120, ge=0, description="jobs from one group within an hour")
    group_jobs_per_day: int = Field(default=600, ge=0, description="jobs from one group within a day")
    address_jobs_per_hour: int = Field(
        default=240, ge=0, description="jobs without a key from one address (IPv6: /64) within an hour"
    )
    address_jobs_per_day: int = Field(
        default=1200, ge=0, description="jobs without a key from one address (IPv6: /64) within a day"
    )
    pending_s: float = Field(
        default=1800, gt=0, description="seconds a bot keeps a picture that waits for its style or content"
    )


class RetentionSettings(_Group):
    """How long things are kept, and how much of the disk is left free."""

    # No 0: some would mean “not at all” by it, others “for ever”.
    inputs_days: float = Field(
        default=7, gt=0, le=36500, description="days that the pictures of an ended job are kept, for its buttons"
    )
    results_days: float = Field(
        default=7, gt=0, le=36500, description="days that a painting and its time-lapse can be had once more"
    )
    # Stands after the others, whose values its validator needs.
    history_days: float = Field(
        default=90,
        gt=0,
        le=36500,
        validate_default=True,
        description="days that an ended job itself is remembered, no fewer than its pictures; 36500 are for ever",
    )
    audit_days: float = Field(
        default=365, gt=0, le=36500, description="days that what admins did is remembered; 36500 are for ever"
    )
    waiting_hours: float = Field(
        default=48,
        gt=0,
        le=876000,
        description="hours a job may wait to be painted before it is given up; a pause or a restart begins them anew",
    )
    low_disk_mb: float = Field(
        default=1000,
        ge=0,
        description="free megabytes (10⁶ bytes) on the disk of `DATA_DIR` below which nothing is taken in until a "
        "fifth more are free",
    )

    @field_validator("history_days")
    @classmethod
    def _as_long_as_pictures(cls, history_days: float, info: ValidationInfo) -> float:
        for name in ("inputs_days", "results_days"):
            days = info.data.get(name, 0)
            if history_days < days:
                raise ValueError(
                    "a job is remembered at least as long as its pictures are kept, "
                    f"and ATELIER_RETENTION__{name.upper()} is {days:g}"
                )
        return history_days

    @property
    def closing_bytes(self) -> float:
        """Free bytes below which nothing is taken in."""
        return self.low_disk_mb * 1e6

    @property
    def opening_bytes(self) -> float:
        """Free bytes from which on it is again: more, lest each painting that is removed open the door for one."""
        return self.closing_bytes * 1.2


class AccessSettings(_Group):
    """Who may order."""

    allow_list: bool = Field(default=False, description="let nobody order but those in `allowed`, and the bots' admins")
    allowed: Names = Field(
        default=(), description="people and groups such as `telegram:123`, or a whole platform: `web`"
    )


class ModerationSettings(_Group):
    """Which pictures are looked at before they are painted from or sent."""

    adapters: Names = Field(
        default=("x",),
        description="platforms whose pictures are looked at before anything is painted or sent: `x`, `web`, "
        "`telegram`; `none` switches it off",
    )
    # Stands before doubt_above, whose validator needs its value.
    refuse_above: float = Field(default=0.8, ge=0, le=1, description="score above which a picture is refused")
    doubt_above: float = Field(
        default=0.2, ge=0, le=1, description="score above which a picture is in doubt, at most `refuse_above`"
    )
    in_doubt: Literal["allow", "refuse"] = Field(default="allow", description="what becomes of a picture in doubt")

    @field_validator("adapters")
    @classmethod
    def _known(cls, adapters: tuple[str, ...]) -> tuple[str, ...]:
        # A misspelt name would leave a platform's pictures unlooked-at, and nobody would know.
        for adapter in adapters:
            if adapter not in (*_PLATFORMS, "none"):
                raise ValueError(f"“{adapter}” is no platform; there are {', '.join(_PLATFORMS)}, and none for none")
        if "none" in adapters and len(adapters) > 1:
            raise ValueError("“none” stands alone")
        return adapters

    @field_validator("doubt_above")
    @classmethod
    def _below_refusal(cls, doubt_above: float, info: ValidationInfo) -> float:
        # Only where it is given: with a `refuse_above` below the default there is simply no doubt.
        refuse_above = info.data.get("refuse_above", 1)
        if doubt_above > refuse_above:
            raise ValueError(f"doubt begins below refusal, and ATELIER_MODERATION__REFUSE_ABOVE is {refuse_above:g}")
        return doubt_above


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
    dry_run: bool = Field(default=False, description="post nothing, and write to `DATA_DIR/x` what would be posted")
    poll_interval_s: float = Field(default=45, ge=1, description="seconds between two looks at the mentions")
    api_base_url: str = Field(
        default="https://api.twitter.com",
        pattern=r"^https?://[^/\s]+$",
        examples=["https://api.twitter.com", "http://127.0.0.1:8081"],
        description="where X's API is; requests are signed for api.twitter.com, so that a proxy can pass them on",
    )
    media_hosts: Names = Field(
        default=("pbs.twimg.com",), description="hosts that pictures are fetched from, with a port where it is not 443"
    )
    field_names: Literal["tweet", "post"] = Field(
        default="tweet", description="what X calls its fields: `tweet.fields` of old, or `post.fields`"
    )
    author_names: bool = Field(
        default=True, description="ask who has sent a picture, for its description: X bills that as a user's read"
    )
    daily_limit: float = Field(default=5, ge=0, description="US dollars a day that X may cost; at the limit it rests")
    monthly_limit: float = Field(default=50, ge=0, description="US dollars a month that X may cost")
    price_mention: float = Field(default=0.001, ge=0, description="US dollars for reading a mention")
    price_own_post: float = Field(default=0.001, ge=0, description="US dollars for reading a post of the bot's own")
    price_post: float = Field(default=0.005, ge=0, description="US dollars for reading another post")
    price_user: float = Field(default=0.010, ge=0, description="US dollars for reading who somebody is")
    price_reply: float = Field(default=0.010, ge=0, description="US dollars for a reply to who has mentioned the bot")
    price_media_upload: float = Field(default=0, ge=0, description="US dollars for uploading a picture")
    price_media_metadata: float = Field(default=0.005, ge=0, description="US dollars for a picture's description")

    @property
    def is_wanted(self) -> bool:
        """Whether any of the keys is set."""
        return any((self.consumer_key, self.consumer_secret, self.access_token, self.access_token_secret))

    @property
    def prices(self) -> dict[str, float]:
        """US dollars by kind of call, as the ledger names them."""
        return {
            name.removeprefix("price_"): value for name, value in self.model_dump().items() if name.startswith("price_")
        }


class NatsSettings(_Group):
    """How the NATS servers in `pools` are spoken to, by the bot and by its agents (docs/scale.md)."""

    user: str | None = Field(
        default=None, examples=["bot", "gpu1"], description="name of the bot, or of the agent, at the server"
    )
    password: Secret | None = Field(default=None, description="its password there")
    tls_ca: Path | None = Field(
        default=None,
        description="certificate (PEM) of who signed that of a `tls://` server, where unknown here",
    )
    lease_s: float = Field(
        default=30, ge=2, le=3600, description="seconds an agent may be silent before others are given what it had"
    )


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
