"""Methods by which updates are had."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.telegram.arguments import boolean, integer, structure, text
from tests.fakes.telegram.delivery import Webhook
from tests.fakes.telegram.methods.registry import Request, method
from tests.fakes.telegram.refusals import mistake

_LONGEST_POLL_S = 50


@method(
    "getUpdates",
    optional={"offset": integer, "limit": integer, "timeout": integer, "allowed_updates": structure},
)
async def get_updates(request: Request) -> Any:
    values, delivery = request.values, request.world.delivery
    delivery.allow(_kinds(request))
    limit = min(max(values.get("limit", 100), 1), 100)
    return await delivery.get(values.get("offset", 0), limit, min(values.get("timeout", 0), _LONGEST_POLL_S))


@method(
    "setWebhook",
    {"url": text},
    {
        "max_connections": integer, "allowed_updates": structure, "drop_pending_updates": boolean,
        "secret_token": text, "ip_address": text,
    },
)  # fmt: skip
async def set_webhook(request: Request) -> Any:
    values, delivery = request.values, request.world.delivery
    address, secret = urlsplit(values["url"]), values.get("secret_token")
    if address.scheme != "https":
        raise mistake("bad webhook: An HTTPS URL must be provided for webhook")
    if (address.port or 443) not in (443, 80, 88, 8443):
        raise mistake("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    if secret is not None and not re.fullmatch("[A-Za-z0-9_-]+", secret):
        raise mistake("secret token contains unallowed characters")
    if secret is not None and len(secret) > 256:
        raise mistake("secret token is too long")
    delivery.allow(_kinds(request))
    if values.get("drop_pending_updates"):
        delivery.drop()
    await delivery.hook(Webhook(values["url"], secret, values.get("max_connections", 40)))
    return True


@method("deleteWebhook", optional={"drop_pending_updates": boolean})
async def delete_webhook(request: Request) -> Any:
    delivery = request.world.delivery
    if request.values.get("drop_pending_updates"):
        delivery.drop()
    await delivery.hook(None)
    return True


@method("getWebhookInfo")
def get_webhook_info(request: Request) -> Any:
    delivery = request.world.delivery
    webhook = delivery.webhook
    said: dict[str, Any] = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": delivery.waiting,
    }
    if webhook:
        said["max_connections"] = webhook.max_connections
    if delivery.last_error:
        said["last_error_message"] = delivery.last_error
    return said


def _kinds(request: Request) -> list[str] | None:
    kinds = request.values.get("allowed_updates")
    if kinds is not None and not (isinstance(kinds, list) and all(isinstance(kind, str) for kind in kinds)):
        raise mistake("can't parse allowed updates: expected an Array of String")
    return kinds
