"""Where a request comes from, as far as we believe it."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from todo_app.core.text import clean_line

DEVICE_MAX_CHARACTERS = 200
UNKNOWN_ADDRESS = "unknown"

Way = Literal["web", "api"]


@dataclass(frozen=True, slots=True)
class Visit:
    """One arrival of somebody who may not be known yet."""

    way: Way
    address: str
    device: str


def visit(
    way: Way,
    *,
    peer: str | None,
    forwarded_for: Sequence[str],
    trusted_hops: int,
    user_agent: str,
) -> Visit:
    """A visit from what the connection and its headers say.

    `X-Forwarded-For`, of which all lines are given, counts only for as many of our own proxies as
    `trusted_hops` says; with fewer entries than that the peer is taken.
    """
    address = peer or UNKNOWN_ADDRESS
    hops = [entry.strip() for entry in ",".join(forwarded_for).split(",") if entry.strip()]
    if 0 < trusted_hops <= len(hops):
        address = hops[-trusted_hops]
    try:
        device = clean_line(user_agent)[:DEVICE_MAX_CHARACTERS]
    except ValueError:
        device = ""
    return Visit(way=way, address=_normal(address), device=device)


def network(address: str) -> str:
    """The part of an address that stands for one subscriber: an IPv6 /64, else the address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _normal(address: str) -> str:
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return UNKNOWN_ADDRESS
