"""The question in between: a picture is there, and what shall its style be?"""

from __future__ import annotations

import structlog
import telegram
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.adapters.telegram import styles
from bot.adapters.telegram.speech import Keyboard, Speaker, Voice, button, markup
from bot.gallery import Gallery
from bot.texts import Said, phrase, verbatim

log = structlog.get_logger(__name__)

#: First words of what the buttons here send.
PICK, SURPRISE, TURN, GO, DROP, MEND = "pick", "surprise", "page", "go", "drop", "mend"
#: Stands for the message asked about where no picture has been sent yet.
NO_PICTURE = 0


class Prompt:
    """Asks, with the gallery as a picture and as buttons, and takes the question back."""

    def __init__(self, bot: ExtBot[None], gallery: Gallery, voice: Voice) -> None:
        self._bot = bot
        self._gallery = gallery
        self._voice = voice
        self._sheets = styles.Sheets(gallery)

    async def show_gallery(self, to: Speaker, said: Said, about: int = NO_PICTURE, offered: Keyboard = ()) -> int:
        """Show the gallery's first page; a button pressed chooses for the picture in that message.

        Buttons `offered` come first. Returns the id of the message that this is.
        """
        entries = styles.pages(self._gallery)[0]
        keyboard = [*offered, *self._keyboard(0, about, to.language)]
        if not entries:
            return await self._voice.say(to, said, keyboard)
        message = await self._sheets.send(entries, lambda photo: self._voice.show(to, photo, said, keyboard))
        return message.message_id

    def mending(self, about: int, number: int, meant: str, language: str) -> Keyboard:
        """A button that takes a word, or a style by its title, for one that was not understood."""
        title = next((entry.title for entry in self._gallery.entries() if entry.name == meant), meant)
        return [[button(verbatim(title), f"{MEND}:{about}:{number}", language)]]

    async def ask_whether(self, to: Speaker, said: Said, offered: Keyboard = ()) -> int:
        """Ask whether to paint without the words that were not understood; returns the message's id."""
        go, drop = f"{GO}:{to.message}", f"{DROP}:{to.message}"
        row = [
            button(phrase("telegram-button-go"), go, to.language),
            button(phrase("telegram-button-drop"), drop, to.language),
        ]
        return await self._voice.say(to, said, [*offered, row])

    async def turn(self, asked: telegram.Message, page: int, about: int, language: str) -> None:
        """Show another page of the gallery in a message that `show_gallery` has sent."""
        pages = styles.pages(self._gallery)
        page = min(page, len(pages) - 1)
        rows = asked.reply_markup.inline_keyboard if asked.reply_markup else ()
        offered = [row for row in rows if str(row[0].callback_data).startswith(f"{MEND}:")]
        keyboard = markup([*offered, *self._keyboard(page, about, language)])

        async def edit(photo: str | bytes) -> telegram.Message:
            media = telegram.InputMediaPhoto(photo, caption=asked.caption)
            edited = await asked.edit_media(media, reply_markup=keyboard)
            return edited if isinstance(edited, telegram.Message) else asked

        await self._sheets.send(pages[page], edit)

    async def take_back(self, chat: int, message: int | None) -> None:
        """Remove a question that is answered."""
        if message is None:
            return
        try:
            await self._bot.delete_message(chat, message)
        except TelegramError as error:
            log.info("question left standing", why=error)

    def _keyboard(self, page: int, about: int, language: str) -> Keyboard:
        pages = styles.pages(self._gallery)
        below = [button(phrase("telegram-button-surprise"), f"{SURPRISE}:{about}", language)]
        if about != NO_PICTURE:
            below.append(button(phrase("telegram-button-drop"), f"{DROP}:{about}", language))
        return [
            *styles.buttons(pages[page], lambda key: f"{PICK}:{about}:{key}"),
            *styles.turning(page, len(pages), lambda to: f"{TURN}:{about}:{to}"),
            below,
        ]
