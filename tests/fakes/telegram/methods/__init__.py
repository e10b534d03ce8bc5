"""The methods of the Bot API that the bot may use, by name."""

from tests.fakes.telegram.methods import answering, asking, editing, menus, sending, updates
from tests.fakes.telegram.methods.registry import METHODS, Method

__all__ = ["METHODS", "Method", "answering", "asking", "editing", "menus", "sending", "updates"]
