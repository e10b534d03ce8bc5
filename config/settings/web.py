"""The web page, its API, and the page for admins."""

from __future__ import annotations

import ipaddress
import re

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from config.settings.group import Group, Names, Secret

#: In the PHC string format.
_ARGON2ID = re.compile(r"\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+")
_LEAST_TOKEN = 16


class WebSettings(Group):
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
