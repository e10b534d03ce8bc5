"""tweepy's client as it is to be used by a service: with time-outs, and for another server where that is set."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
import tweepy
from requests.adapters import HTTPAdapter

from config.settings import XSettings

#: What tweepy has in its code.
_TWEEPYS = "https://api.twitter.com"
#: Seconds to connect, and between two pieces of an answer.
_TIMEOUT_S = (10.0, 60.0)


class _Transport(HTTPAdapter):
    """Sends requests on to another address, and gives up on those that hang; both are not in tweepy."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self._base = urlsplit(base_url)

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        """Send it; the signature stays that for tweepy's address."""
        url = urlsplit(str(request.url))
        request.url = urlunsplit((self._base.scheme, self._base.netloc, url.path, url.query, ""))
        options["timeout"] = options.get("timeout") or _TIMEOUT_S
        return super().send(request, **options)


def client(settings: XSettings) -> tweepy.Client:
    """A client for the bot's account. It is not to be used in two threads at a time; close its `session`."""
    keys = (settings.consumer_key, settings.consumer_secret, settings.access_token, settings.access_token_secret)
    names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
    secrets = {name: key.get_secret_value() for name, key in zip(names, keys, strict=True) if key}
    made = tweepy.Client(**secrets, return_type=dict)
    # Proxies of the environment are X's business no less than others'; a .netrc is not.
    made.session.mount(_TWEEPYS, _Transport(settings.api_base_url))
    return made
