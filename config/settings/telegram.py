"""The Telegram bot."""

from __future__ import annotations

from pydantic import Field, ValidationInfo, field_validator

from config.settings.group import Group, Ids, Secret


class TelegramSettings(Group):
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
