"""Every error of the project, drawn first.

::

    AtelierError
    ├── UserError                 what a person can mend; `message` is safe to show, `code` is stable
    │   ├── BadPicture            not_a_picture, picture_broken, picture_too_heavy, picture_too_large,
    │   │                         picture_too_small, picture_too_long, picture_missing, mask_mismatch
    │   ├── BadRequest            bad_options, bad_upload, bad_body, bad_format, bad_edge, bad_page,
    │   │                         unknown_variation, …
    │   ├── UnknownWord           unknown_word; says the nearest known one
    │   ├── UnknownStyle          unknown_style (also: no style has such tags)
    │   ├── Forbidden             foreign_host, foreign_origin, foreign_address, bad_key, key_missing,
    │   │                         missing_scope, banned, not_allowed, moderated; of the admin page: bad_login,
    │   │                         no_session, bad_csrf, needs_https; not_here
    │   ├── UnknownJob            unknown_job (also: a job of somebody else)
    │   ├── NotReady              not_ready, not_painted, no_timelapse, no_longer_cancellable, input_gone,
    │   │                         at_its_limit
    │   ├── TooExpensive          too_expensive; says the largest size that fits
    │   └── Busy                  busy, too_many_jobs, queue_full, quota_… (also group_… and address_…),
    │                             too_many_requests, too_many_logins, closing, disk_full; says when
    ├── OperatorError             what the operator can mend; ends a command with exit status 2 and one line
    │   └── RendererUnavailable
    ├── AdapterDown               one platform cannot be served; the others go on
    ├── OverBudget                a call would cost more than the operator allows
    ├── Unexamined                a picture that was to be looked at, and could not be
    ├── Unwritable                the store cannot be written now: the disk is full, another program holds it
    ├── PoolFull                  the pool holds all it wants to
    │   └── Unsuited              … of such jobs; others it would take
    ├── Stuck                     jobs stand still and only a new start helps; ends the service
    └── ReplyError                how sending a reply can end, but for success
        ├── Retry                 later, after `after_s`
        ├── Refused               never (blocked, deleted)
        └── Unknown               nobody knows whether it was sent
"""

from __future__ import annotations

from bot.texts import Said, phrase, say, verbatim


class AtelierError(Exception):
    """The root; anything else that reaches a border is a bug and is shown to nobody."""


class UserError(AtelierError):
    """Something that the person who asked can mend; `said` is the sentence without a language."""

    code = "bad_request"
    #: The sentence may quote what they wrote: it is for them, and for no log (`config.privacy`).
    quotes_people = True

    def __init__(self, said: Said | str, code: str | None = None) -> None:
        super().__init__(said)
        self.said = verbatim(said) if isinstance(said, str) else said
        self.code = code or type(self).code

    def __str__(self) -> str:
        return self.message

    @property
    def message(self) -> str:
        """The sentence in English."""
        return say(self.said)


class BadPicture(UserError):
    """A picture that cannot be painted from."""

    code = "not_a_picture"


class BadRequest(UserError):
    """An option or upload that cannot be understood."""

    code = "bad_request"


class UnknownWord(UserError):
    """A word that is neither a style nor a tag nor an option.

    `understood` are the other words, where they are good together; `nearest` is a word that may have been meant.
    """

    code = "unknown_word"

    def __init__(self, said: Said | str, understood: str = "", nearest: str | None = None) -> None:
        super().__init__(said)
        self.understood = understood
        self.nearest = nearest


class UnknownStyle(UserError):
    """A style that the gallery does not have."""

    code = "unknown_style"


class Forbidden(UserError):
    """A request that this caller may not make."""

    code = "forbidden"


class UnknownJob(UserError):
    """No such job, or not this requester's: strangers learn no difference."""

    code = "unknown_job"

    def __init__(self) -> None:
        super().__init__(phrase("error-unknown-job"))


class NotReady(UserError):
    """The job is in another state than the request needs."""

    code = "not_ready"


class TooExpensive(UserError):
    """The painting would take longer than allowed."""

    code = "too_expensive"


class Busy(UserError):
    """The house is full, or this person has enough open jobs; `retry_after_s` is a fair time to come back."""

    code = "queue_full"

    def __init__(self, said: Said | str, code: str | None = None, retry_after_s: float = 60) -> None:
        super().__init__(said, code)
        self.retry_after_s = retry_after_s


class OperatorError(AtelierError):
    """Something that whoever runs the service can mend; the text says how."""


class RendererUnavailable(OperatorError):
    """The renderer cannot start here; the reason says what to do."""


class AdapterDown(AtelierError):
    """One platform cannot be served (wrong token, missing permission)."""


class OverBudget(AtelierError):
    """A platform's calls have cost what they may; `until_s` is how long that lasts."""

    def __init__(self, why: str, until_s: float) -> None:
        super().__init__(why)
        self.until_s = until_s


class Unexamined(AtelierError):
    """A picture that is to be looked at before it is used could not be; an error of ours."""


class Unwritable(AtelierError):
    """The store cannot be written now, for a reason that passes; nothing of what was to be written is there."""


class PoolFull(AtelierError):
    """The pool holds all the work it wants to; offer the job again later."""


class Unsuited(PoolFull):
    """The pool takes no job of such options now, and would take others: by their quality or size, say."""


class Stuck(AtelierError):
    """Something of ours hangs and only a new start helps; no job is lost by it."""


class ReplyError(AtelierError):
    """A reply was not confirmed; `quotes_people` where a platform has said why, in words that are for no log."""

    def __init__(self, why: str, quotes_people: bool = False) -> None:
        super().__init__(why)
        self.quotes_people = quotes_people


class Retry(ReplyError):
    """The platform asks to come back."""

    def __init__(self, after_s: float) -> None:
        super().__init__(f"retry after {after_s:g} s")
        self.after_s = after_s


class Refused(ReplyError):
    """The platform refuses this reply for good."""


class Unknown(ReplyError):
    """The connection was cut between sending and the answer."""
