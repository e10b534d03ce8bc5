"""Telling programs of their jobs' ends, by HTTP requests that are signed, tried again, and go to no private address."""

from bot.webhooks.service import Webhooks

__all__ = ["Webhooks"]
