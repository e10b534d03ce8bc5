"""torch without its compiler, which nothing here uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def spare(*functions: Callable[..., Any]) -> None:
    """Let functions of torch that are never to be compiled run without importing the compiler to be told so.

    `torch._disable_dynamo` imports it at their first call, which costs two seconds and 70 MB. It remembers what it was
    told in an attribute of the function; where a later torch does that otherwise, this does nothing.
    """
    for function in functions:
        plain = getattr(function, "__wrapped__", function)
        setattr(plain, "__dynamo_disable", plain)
