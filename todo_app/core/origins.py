"""Origins and hosts, as they are written in settings and sent by browsers."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_.:-]+")


def written_by_browsers(url: str) -> str | None:
    """The origin of a URL in the one spelling browsers send, or None if it is more than that."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port
    except ValueError:
        return None
    is_known = parts.scheme in _DEFAULT_PORTS and _HOST.fullmatch(host) is not None
    has_more = parts.username is not None or parts.path.strip("/") or {"?", "#"} & set(url)
    if not is_known or has_more:
        return None
    host = f"[{host}]" if ":" in host else host
    is_default = port in {None, _DEFAULT_PORTS[parts.scheme]}
    return f"{parts.scheme}://{host}" if is_default else f"{parts.scheme}://{host}:{port}"


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only be reached from this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
