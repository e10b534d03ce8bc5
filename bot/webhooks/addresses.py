"""Which addresses a stranger may let this machine speak to."""

from __future__ import annotations

import ipaddress

#: What is handed out to the whole world in IPv6 (RFC 4291, 2.4), less what carries an address of IPv4 in it.
_WORLD = ipaddress.IPv6Network("2000::/3")
#: How a network without IPv4 reaches that world (RFC 6052).
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(text: str) -> bool:
    """Whether an address is one host's in the open internet.

    It is not where it is of this machine, of a private or a carrier's network (RFC 1918, 4193, 6598), link-local,
    multicast, reserved, or one of those in the clothes of IPv6.
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:  # with a zone, say
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast
    if address in _TRANSLATED:
        return is_public(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
    return address in _WORLD and address.is_global and address.sixtofour is None and address.teredo is None
