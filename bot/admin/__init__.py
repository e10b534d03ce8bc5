"""What admins ask for, the same on every platform and on the command line: a verb and words, answered in lines."""

from bot.admin.answers import MAX_ANSWER, Admin
from bot.admin.verbs import VERBS, Verb

__all__ = ["MAX_ANSWER", "VERBS", "Admin", "Verb"]
