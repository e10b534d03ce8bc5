"""Signatures by the convention of Standard Webhooks (standardwebhooks.com, version 1.0.0)."""

from __future__ import annotations

import base64
import hashlib
import hmac


def signed(secret: str, message_id: str, at: int, body: bytes) -> dict[str, str]:
    """The headers that prove who sent `body` at `at` (Unix seconds); `secret` is ``whsec_`` and base64."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{message_id}.{at}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
