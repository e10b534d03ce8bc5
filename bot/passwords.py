"""Passwords: kept as argon2id hashes (RFC 9106), in the PHC string format."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: Characters; NIST SP 800-63B asks for 8 and recommends more for a password that stands alone.
MIN_LENGTH = 10

#: 64 MiB, three passes: RFC 9106's second recommendation.
_hasher = PasswordHasher()


def hashed(password: str) -> str:
    """What may be kept of a password. Blocks for a tenth of a second or so."""
    return _hasher.hash(password)


def fits(password: str, kept: str) -> bool:
    """Whether this is the password. Blocks, and takes the memory that the hash was made with."""
    try:
        return _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False
