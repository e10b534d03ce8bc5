"""Queries as X reads them: an unknown name, or a value out of bounds, is refused."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tests.fakes.x.refusals import Refusal, invalid
from tests.fakes.x.vocabulary import (
    ANY_NAME,
    MEDIA_FIELDS,
    PLACE_FIELDS,
    POLL_FIELDS,
    USER_FIELDS,
    Vocabulary,
)

ID = re.compile(r"[0-9]{1,19}")
TIMELINE = ("max_results", "pagination_token", "start_time", "end_time", "since_id", "until_id")
MOST_IDS = 100


def of_posts(words: Vocabulary) -> tuple[str, ...]:
    """The parameters that say what to tell of posts."""
    return (words.fields_parameter, "expansions", "user.fields", "media.fields", "poll.fields", "place.fields")


@dataclass(frozen=True)
class Wanted:
    """What of each thing an answer shall tell."""

    fields: frozenset[str]
    expansions: frozenset[str]
    user_fields: frozenset[str]
    media_fields: frozenset[str]


class Parameters:
    """One call's query."""

    def __init__(self, pairs: Iterable[tuple[str, str]], allowed: Collection[str], words: Vocabulary) -> None:
        self._words = words
        self._said: dict[str, str] = {}
        for name, value in pairs:
            if name not in allowed:
                message = f"The query parameter [{name}] is not one of [{','.join(sorted(allowed))}]"
                # Which set of names X speaks at the moment, nobody can know.
                raise invalid(name, [value], message, blame=name not in ANY_NAME)
            if name in self._said or not value:
                raise invalid(name, [value], f"The `{name}` query parameter is empty or there twice")
            self._said[name] = value

    def wanted(self) -> Wanted:
        words = self._words
        self._listed("poll.fields", POLL_FIELDS)
        self._listed("place.fields", PLACE_FIELDS)
        return Wanted(
            self._listed(words.fields_parameter, words.fields),
            self._listed("expansions", words.expansions),
            self._listed("user.fields", USER_FIELDS),
            self._listed("media.fields", MEDIA_FIELDS),
        )

    def wanted_of_user(self) -> frozenset[str]:
        words = self._words
        self._listed(words.fields_parameter, words.fields)
        self._listed("expansions", words.user_expansions)
        return self._listed("user.fields", USER_FIELDS)

    def excluded(self) -> frozenset[str]:
        return self._listed("exclude", ("replies", "retweets"))

    def max_results(self) -> int:
        raw = self._said.get("max_results", "10")
        if not raw.isdigit() or not 5 <= int(raw) <= 100:
            raise self._invalid("max_results", raw, "is not between 5 and 100")
        return int(raw)

    def token(self) -> str | None:
        return self._said.get("pagination_token")

    def since_and_until(self) -> tuple[int | None, int | None]:
        since, until = (self._id(name) for name in ("since_id", "until_id"))
        if since is not None and until is not None and since >= until:
            raise self._invalid("since_id", str(since), "is not less than `until_id`")
        return since, until

    def times(self) -> tuple[float | None, float | None]:
        start, end = (self._time(name) for name in ("start_time", "end_time"))
        if start is not None and end is not None and start >= end:
            raise self._invalid("start_time", self._said["start_time"], "is not earlier than `end_time`")
        return start, end

    def ids(self) -> list[str]:
        ids = self._said.get("ids", "").split(",")
        if len(ids) > MOST_IDS:
            raise invalid("ids", ids, f"The number of values in the `ids` query parameter list is not 1 to {MOST_IDS}")
        for one in ids:
            if not ID.fullmatch(one):
                raise self._invalid("ids", one, "is not valid")
        return list(dict.fromkeys(ids))

    def refused_token(self) -> Refusal:
        return self._invalid("pagination_token", self._said["pagination_token"], "is not valid")

    def _listed(self, name: str, choices: Collection[str]) -> frozenset[str]:
        if name not in self._said:
            return frozenset()
        values = self._said[name].split(",")
        if unknown := [value for value in values if value not in choices]:
            blame = not set(unknown) <= ANY_NAME
            raise self._invalid(name, ",".join(unknown), f"is not one of [{','.join(sorted(choices))}]", blame)
        if len(values) > len(set(values)):
            raise self._invalid(name, self._said[name], "has a value twice")
        return frozenset(values)

    def _id(self, name: str) -> int | None:
        raw = self._said.get(name)
        if raw is not None and not ID.fullmatch(raw):
            raise self._invalid(name, raw, "does not match ^[0-9]{1,19}$")
        return None if raw is None else int(raw)

    def _time(self, name: str) -> float | None:
        raw = self._said.get(name)
        if raw is None:
            return None
        try:
            when = datetime.datetime.fromisoformat(raw)
        except ValueError:
            when = None
        if when is None or when.tzinfo is None:
            raise self._invalid(name, raw, "is not a date-time of RFC 3339")
        return when.timestamp()

    @staticmethod
    def _invalid(name: str, value: str, why: str, blame: bool = True) -> Refusal:
        return invalid(name, [value], f"The `{name}` query parameter value [{value}] {why}", blame=blame)
