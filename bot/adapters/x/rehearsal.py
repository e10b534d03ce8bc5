"""What would have been posted, written into a folder instead."""

from __future__ import annotations

import json
from pathlib import Path


class Rehearsal:
    """A JSON for each answer, and its picture, both called after the mention."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, to: str, author: str, text: str, picture: bytes | None, alt: str) -> str:
        """Write an answer; returns an id in place of the post's."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if picture:
            suffix = ".jpg" if picture.startswith(b"\xff\xd8") else ".png"
            (self._folder / f"{to}{suffix}").write_bytes(picture)
        post = {"in_reply_to": to, "author": author, "text": text} | ({"alt_text": alt} if picture else {})
        text_file = self._folder / f"{to}.json"
        text_file.write_text(json.dumps(post, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return f"dry-run-{to}"

    def forget(self, author: str) -> None:
        """Remove all that was written for somebody."""
        for file in self._folder.glob("*.json"):
            if json.loads(file.read_text(encoding="utf-8"))["author"] == author:
                for written in self._folder.glob(f"{file.stem}.*"):
                    written.unlink()
