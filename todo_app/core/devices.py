"""What somebody signed in with, in words, as far as a User-Agent header can be believed.

The header is whatever its sender wrote. It is shown, and nothing is ever decided by it.
"""

from __future__ import annotations

import re

RAW_MAX_CHARACTERS = 60
UNKNOWN = "Unknown device"

# The first that is found counts: most programs also name those that they descend from.
_PROGRAMS = (
    ("Edge", r"\bEdgA?(?:iOS)?/\d"),
    ("Opera", r"\b(?:OPR|OPT)/\d"),
    ("Samsung Internet", r"\bSamsungBrowser/\d"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/\d"),
    ("Chrome", r"\b(?:Chrome|Chromium|HeadlessChrome|CriOS)/\d"),
    ("Safari", r"\bVersion/\d[\d.]*(?: Mobile/\w+)? Safari/\d"),
    ("curl", r"^curl/\d"),
    ("Wget", r"^Wget/\d"),
    ("HTTPie", r"^HTTPie/\d"),
    ("Python", r"^python-(?:httpx|requests|urllib3)/\d"),
)
_SYSTEMS = (
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Android", r"\bAndroid\b"),
    ("Windows", r"\bWindows NT\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("macOS", r"\bMac OS X\b"),
    ("Linux", r"\bLinux\b"),
)


def device_name(user_agent: str) -> str:
    """A device in words, like `Chrome on Linux`; what is not known is shown as it was sent."""
    program, system = _first(_PROGRAMS, user_agent), _first(_SYSTEMS, user_agent)
    if program:
        return f"{program} on {system}" if system else program
    if len(user_agent) > RAW_MAX_CHARACTERS:
        return user_agent[: RAW_MAX_CHARACTERS - 1].rstrip() + "…"
    return user_agent or UNKNOWN


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for name, pattern in names if re.search(pattern, user_agent)), "")
