"""What an operator can set, with defaults that serve a laptop; read once by `load()`."""

from config.settings.limits import AccessSettings, LimitsSettings
from config.settings.log import LogSettings
from config.settings.moderation import ModerationSettings
from config.settings.renderer import NatsSettings, RendererSettings
from config.settings.retention import RetentionSettings
from config.settings.settings import Settings, SettingsError, load
from config.settings.telegram import TelegramSettings
from config.settings.web import WebSettings
from config.settings.x import XSettings

__all__ = [
    "AccessSettings",
    "LimitsSettings",
    "LogSettings",
    "ModerationSettings",
    "NatsSettings",
    "RendererSettings",
    "RetentionSettings",
    "Settings",
    "SettingsError",
    "TelegramSettings",
    "WebSettings",
    "XSettings",
    "load",
]
