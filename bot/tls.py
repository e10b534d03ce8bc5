"""The certificates that connections are checked by."""

from __future__ import annotations

import functools
import ssl

import httpx


@functools.cache
def trusted() -> ssl.SSLContext:
    """Loaded once: httpx reads all of them anew for every client, and the event loop stands still meanwhile."""
    return httpx.create_ssl_context()
