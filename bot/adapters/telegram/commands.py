"""Commands that explain and show."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.adapters.telegram.conversation import Conversation
from bot.adapters.telegram.erasing import Erasing
from bot.adapters.telegram.heard import Heard
from bot.adapters.telegram.own_jobs import OwnJobs
from bot.adapters.telegram.prompt import NO_PICTURE, Prompt
from bot.adapters.telegram.settings_menu import SettingsMenu
from bot.adapters.telegram.speech import Voice
from bot.options import nearest
from bot.privacy import TITLE
from bot.texts import Said, phrase, together

Command = Callable[[Heard], Awaitable[object]]

#: In the order of a menu.
PRIVATE = (
    "paint", "dream", "styles", "status", "cancel", "history", "result", "settings", "help", "privacy", "delete",
)  # fmt: skip
GROUP = ("paint", "dream", "styles", "status", "cancel", "settings", "help")


class Commands:
    """What everybody may say with a slash."""

    def __init__(
        self,
        voice: Voice,
        conversation: Conversation,
        prompt: Prompt,
        own_jobs: OwnJobs,
        settings: SettingsMenu,
        erasing: Erasing,
        privacy: Sequence[Said],
    ) -> None:
        self._privacy_said = together(TITLE, *privacy, by="\n\n")
        self._voice = voice
        self._conversation = conversation
        self._prompt = prompt
        self._all: Mapping[str, Command] = {
            "start": self._start,
            "help": self._help,
            "paint": conversation.paint,
            "dream": conversation.dream,
            "styles": self._styles,
            "status": own_jobs.status,
            "cancel": own_jobs.cancel,
            "history": own_jobs.history,
            "result": own_jobs.result,
            "settings": settings.open,
            "delete": erasing.ask,
            "privacy": self._privacy,
        }

    async def obey(self, heard: Heard) -> bool:
        """Do what the command says; False where there is none of that name. Raises UserError."""
        command = self._all.get(heard.command or "")
        if command is None:
            return False
        await command(heard)
        return True

    async def refuse(self, heard: Heard) -> None:
        """Say that there is no such command, and which may have been meant."""
        near = nearest(heard.command or "", {name: name for name in self._all})
        hint = phrase("telegram-nearest-command", near=near) if near else phrase("telegram-see-help")
        await self._voice.say(heard.speaker, phrase("telegram-no-command", command=heard.command or "", hint=hint))

    async def _start(self, heard: Heard) -> None:
        await self._voice.say(heard.speaker, phrase("telegram-welcome"))

    async def _help(self, heard: Heard) -> None:
        said = phrase("telegram-help") if heard.speaker.private else phrase("telegram-help-group")
        await self._voice.say(heard.speaker, said)

    async def _privacy(self, heard: Heard) -> None:
        await self._voice.say(heard.speaker, self._privacy_said)

    async def _styles(self, heard: Heard) -> None:
        begun = await self._conversation.begun(heard.speaker)
        about = begun.request if begun.pictures else NO_PICTURE
        await self._prompt.show_gallery(heard.speaker, phrase("telegram-styles-shown"), about)
