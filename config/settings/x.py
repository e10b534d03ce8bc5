"""The X bot."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from config.settings.group import Group, Names, Secret


class XSettings(Group):
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
