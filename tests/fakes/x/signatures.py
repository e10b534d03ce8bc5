"""Who calls: signatures of OAuth 1.0a, as one user's keys make them."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from oauthlib.oauth1 import Client
from oauthlib.oauth1.rfc5849 import signature

from tests.fakes.x.refusals import Refusal, unauthorized

_NEEDED = ("oauth_consumer_key", "oauth_token", "oauth_timestamp", "oauth_nonce", "oauth_signature")


@dataclass(frozen=True)
class Keys:
    """The four secrets that an operator is given, made up."""

    consumer_key: str = "ExampleConsumerKey0000000"
    consumer_secret: str = "ExampleConsumerSecretOfFiftyCharacters000000000000"
    access_token: str = "1400000000000000001-ExampleAccessTokenOfTheBot00"
    access_token_secret: str = "ExampleAccessTokenSecretOfTheBot0000000000000"


class Signatures:
    """Checks each call; `signed_for` is the address that clients sign for, whatever they are led to."""

    def __init__(self, keys: Keys, signed_for: str) -> None:
        self.keys = keys
        self.signed_for = signed_for
        self._signer = Client(
            keys.consumer_key, client_secret=keys.consumer_secret, resource_owner_secret=keys.access_token_secret
        )
        self._nonces: set[str] = set()

    def check(self, http: web.Request) -> None:
        path, _, query = http.raw_path.partition("?")
        header = http.headers.get("Authorization", "")
        if not header.startswith("OAuth "):
            raise Refusal(401, "Unauthorized: the call is not signed by OAuth 1.0a", blame=True)
        try:
            pairs = signature.collect_parameters(uri_query=query, headers={"Authorization": header})
            # The one that is left out of what is signed.
            everything = signature.collect_parameters(headers={"Authorization": header}, exclude_oauth_signature=False)
        except ValueError:
            raise unauthorized() from None
        said = dict(everything)
        if any(not said.get(name) for name in _NEEDED) or not said["oauth_timestamp"].isdigit():
            raise unauthorized(blame=True)
        expected = signature.signature_base_string(
            http.method,
            signature.base_string_uri(self.signed_for + path),
            signature.normalize_parameters(pairs),
        )
        keys = self.keys
        right = (
            said["oauth_consumer_key"] == keys.consumer_key
            and said["oauth_token"] == keys.access_token
            and said.get("oauth_signature_method") == "HMAC-SHA1"
            and said["oauth_signature"] == signature.sign_hmac_sha1_with_client(expected, self._signer)
        )
        if not right:
            raise unauthorized()
        if said["oauth_nonce"] in self._nonces:
            raise Refusal(401, "Unauthorized: the nonce was used before", blame=True)
        self._nonces.add(said["oauth_nonce"])
