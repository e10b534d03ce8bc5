"""All that people are told, in their language: the folders here, in Mozilla's Fluent, a file per subject.

Code speaks in phrases, which are an id of those files with arguments; only where a sentence leaves the bot does it get
a language. English is complete; what another language lacks is said in English.
"""

from bot.texts.catalogue import LANGUAGES, in_passing, language_for, say
from bot.texts.phrase import Joined, Phrase, Said, phrase, together, verbatim

__all__ = [
    "LANGUAGES",
    "Joined",
    "Phrase",
    "Said",
    "in_passing",
    "language_for",
    "phrase",
    "say",
    "together",
    "verbatim",
]
