"""Places in an order: short texts that sort byte by byte, with room between any two.

A place is a fraction written in base 62. New things go before or behind everything that is there
without looking at it; only what is put between two neighbours has to know them.
"""

from __future__ import annotations

import secrets

from uuid_utils.compat import uuid7

MAX_CHARACTERS = 64

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_BASE = len(_DIGITS)
# What was put first sorts before what a migration may have numbered, and that before the last.
_FIRST, _LAST = "F", "V"
# Of a UUIDv7, time and counter: they grow with each one that a process makes.
_MOMENT_BITS = 90
_MOMENT_DIGITS = 16
# So many places are left free at least where something is put between two others: of two that are
# put there at once, or after an undo, both find one of their own.
_ROOM = _BASE**4


class NoRoomError(Exception):
    """The neighbours are so close that all of their order has to be spread out first."""


def first() -> str:
    """A place before every other of today."""
    return _FIRST + _text((1 << _MOMENT_BITS) - 1 - _moment(), _MOMENT_DIGITS)


def last() -> str:
    """A place behind every other of today."""
    return _LAST + _text(_moment(), _MOMENT_DIGITS)


def between(before: str | None, after: str | None) -> str:
    """A place behind `before` and ahead of `after`; None is the end of the order.

    Raises NoRoomError if a place would be longer than `MAX_CHARACTERS`, or none is there.
    """
    if after is None and (end := last()) > (before or ""):
        return end
    if before is None and after is not None and (start := first()) < after:
        return start
    length = max(len(before or ""), len(after or ""))
    low = _number(before or "", length)
    high = _BASE**length if after is None else _number(after, length)
    while high - low < _ROOM and length < MAX_CHARACTERS:
        low, high, length = low * _BASE, high * _BASE, length + 1
    if high - low < _ROOM:
        raise NoRoomError
    quarter = (high - low) // 4
    return _text(low + quarter + secrets.randbelow(2 * quarter), length)


def _moment() -> int:
    return _squeezed(uuid7().int)


def _squeezed(number: int) -> int:
    """The time and the counter of a UUIDv7, without the version and variant between them."""
    time, high, low = number >> 80, number >> 64 & 0xFFF, number >> 32 & 0x3FFFFFFF
    return (time << 12 | high) << 30 | low


def _number(text: str, length: int) -> int:
    number = 0
    for digit in text.ljust(length, _DIGITS[0]):
        number = number * _BASE + _VALUES[digit]
    return number


def _text(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, value = divmod(number, _BASE)
        digits.append(_DIGITS[value])
    return "".join(reversed(digits))
