"""A Bot API server of our own: what a bot may do, who talks to it, and what goes wrong, as a test says.

async with fake_telegram() as telegram:      # fails where the bot does what Telegram would refuse
    bot = Bot(telegram.token, telegram.base_url, telegram.base_file_url)
    alice = telegram.person("Alice")
    await alice.photo(data, "#woodcut")
    await telegram.until(lambda: "Cancel" in telegram.chat(alice).last.buttons)
    await alice.press(telegram.chat(alice).last, "Cancel")
"""

from tests.fakes.telegram.chats import Button, Chat, Content, Message
from tests.fakes.telegram.fake import FakeTelegram, fake_telegram
from tests.fakes.telegram.faults import Fault
from tests.fakes.telegram.files import VIDEO, Upload
from tests.fakes.telegram.people import Group, Person
from tests.fakes.telegram.rates import Call
from tests.fakes.telegram.transcript import Line, transcript

__all__ = [
    "VIDEO",
    "Button",
    "Call",
    "Chat",
    "Content",
    "FakeTelegram",
    "Fault",
    "Group",
    "Line",
    "Message",
    "Person",
    "Upload",
    "fake_telegram",
    "transcript",
]
