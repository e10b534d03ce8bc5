"""What somebody has begun in a chat, and what becomes of it when more is sent."""

from __future__ import annotations

import dataclasses

from bot.adapters.telegram.heard import Heard, Picture
from bot.pairing import Pending


@dataclasses.dataclass(frozen=True)
class Begun:
    """What a person has begun in a chat: all that a job is made of, but for what is still missing."""

    pictures: tuple[Picture, ...] = ()
    lines: tuple[str, ...] = ()  #: words, by message
    request: int = 0  #: the message that answers refer to
    prompt: int | None = None  #: our question, where there is one in the chat
    mended: tuple[str, ...] = ()  #: lines as they were probably meant, which our buttons offer by their number
    is_kept: bool = dataclasses.field(
        default=False, compare=False
    )  #: whether it can be dropped by our question's button

    @classmethod
    def of(cls, pending: Pending | None) -> Begun:
        """What was kept of it."""
        if pending is None:
            return cls()
        pictures = tuple(Picture(**picture) for picture in pending.pictures)
        lines = tuple(pending.words.splitlines())
        address = pending.address
        return cls(pictures, lines, address["request"], address["prompt"], tuple(address.get("mended", ())), True)

    def pending(self) -> Pending:
        """As it is kept."""
        pictures = tuple(picture.to_json() for picture in self.pictures)
        address = {"request": self.request, "prompt": self.prompt, "mended": self.mended}
        return Pending(pictures, "\n".join(self.lines), address)


def _quoted(before: Begun, heard: Heard) -> Picture | None:
    """The picture replied to, where it is one to paint from: what we have sent is, if a command says so."""
    quoted = heard.quoted if heard.command or not heard.quotes_bot else None
    return None if quoted and quoted.message == before.prompt else quoted


def new_pictures(before: Begun, heard: Heard) -> tuple[Picture, ...]:
    """The pictures of what was heard that were not there before: the one replied to first."""
    known = {picture.message for picture in before.pictures}
    sent = (_quoted(before, heard), *heard.pictures)
    return tuple(picture for picture in sent if picture and picture.message not in known)


def joined(before: Begun, heard: Heard, new: tuple[Picture, ...]) -> Begun:
    """What was begun, with the pictures that have come now; what is complete by itself begins anew."""
    anew = len(new) > 1 or _quoted(before, heard) in new or len(before.pictures) != 1
    if not new:
        return before if before.pictures else dataclasses.replace(before, request=heard.speaker.message)
    if anew:
        return Begun(new, () if before.pictures else before.lines, heard.speaker.message)
    return Begun((*before.pictures, *new), before.lines, before.request, is_kept=before.is_kept)
