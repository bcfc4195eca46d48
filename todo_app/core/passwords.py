"""Passwords: the policy, the hash, the check. Nothing here knows accounts."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import os
import re
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

import bcrypt
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from todo_app.core.errors import InvalidInput, Unavailable
from todo_app.core.settings import get_settings

MIN_CHARACTERS = 8
MAX_CHARACTERS = 1_024
_RAW_MAX_CHARACTERS = 4 * MAX_CHARACTERS
"""Before normalisation, which makes one character of several, at most of four."""
_NAME_MIN_CHARACTERS = 3
_PRODUCT_NAMES = ("todoapp", "todo", "app")

# bcrypt reads 72 bytes only, so it is given a digest; the key keeps leaked plain digests of the
# same password from being of use against it ("password shucking").
_DOMAIN_KEY = b"todo-app password v1"

T = TypeVar("T")

_CORES = os.cpu_count() or 1
_QUEUE_LENGTH = 8 * _CORES
_hashers = ThreadPoolExecutor(max_workers=_CORES, thread_name_prefix="bcrypt")
_waiting = 0


def check_policy(password: str, *, email: str, field: str = "password") -> None:
    """Accept a new password for the account of `email`.

    Raises InvalidInput on `field` with the reason: `too_short`, `too_long`, `unusable`, `common` or
    `personal`. No rules of composition: length and being unknown is what protects.
    """
    normal = _normal(password, field)
    local, _, domain = email.casefold().partition("@")
    if len(normal) < MIN_CHARACTERS:
        raise InvalidInput(field, "too_short")
    if len(normal) > MAX_CHARACTERS:
        raise InvalidInput(field, "too_long")
    folded = normal.casefold()
    if folded in _common():
        raise InvalidInput(field, "common")
    own = {
        *re.split(r"[\W_]+", email.casefold()),
        *map(_bare, (email, local, domain)),
        *_PRODUCT_NAMES,
    }
    bare = rest = _bare(folded)
    for name in sorted(own, key=len, reverse=True):
        rest = rest.replace(name, " ") if len(name) >= _NAME_MIN_CHARACTERS else rest
    # Nothing but own names, digits and signs.
    if rest != bare and not any(character.isalpha() for character in rest):
        raise InvalidInput(field, "personal")


async def hash_password(password: str) -> str:
    """The hash to store. Raises Unavailable when too many are being hashed already."""
    salt = bcrypt.gensalt(get_settings().bcrypt_cost)
    return (await _in_thread(bcrypt.hashpw, _digest(password), salt)).decode()


async def verify_password(password: str, stored_hash: str | None) -> bool:
    """Whether the password has this hash; without a hash it takes as long and is False.

    A hash of a lower cost than the setting's takes as long, too.
    Raises Unavailable when too many are being checked already.
    """
    if len(password) > _RAW_MAX_CHARACTERS:
        password, stored_hash = "", None
    matches = await _in_thread(
        _check,
        _digest(password),
        (stored_hash or _nobody(get_settings().bcrypt_cost)).encode(),
    )
    return matches and stored_hash is not None


def needs_rehash(stored_hash: str) -> bool:
    """Whether the hash was made with a lower cost than the setting asks for now."""
    return _cost_of(stored_hash) < get_settings().bcrypt_cost


def count_waiting() -> int:
    """How many passwords are being hashed or checked, or wait for it, in this process."""
    return _waiting


def _normal(password: str, field: str) -> str:
    try:
        password.encode()
    except UnicodeEncodeError:
        raise InvalidInput(field, "unusable") from None
    return unicodedata.normalize("NFC", password)


def _bare(text: str) -> str:
    """Its letters and digits alone: signs between them make no other name."""
    return re.sub(r"[\W_]+", "", text.casefold())


def _digest(password: str) -> bytes:
    data = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    return base64.b64encode(hmac.new(_DOMAIN_KEY, data, hashlib.sha256).digest())


def _check(digest: bytes, stored_hash: bytes) -> bool:
    matches = bcrypt.checkpw(digest, stored_hash)
    # Each cost is twice the one below it: all from the hash's own on make up for what it lacks.
    for cost in range(_cost_of(stored_hash.decode()), get_settings().bcrypt_cost):
        bcrypt.hashpw(digest, bcrypt.gensalt(cost))
    return matches


def _cost_of(stored_hash: str) -> int:
    return int(stored_hash.split("$")[2])


@cache
def _common() -> frozenset[str]:
    return frozenset(FREQUENCY_LISTS["passwords"])


@cache
def _nobody(cost: int) -> str:
    """A hash that no password has, for accounts that do not exist."""
    return bcrypt.hashpw(base64.b64encode(os.urandom(32)), bcrypt.gensalt(cost)).decode()


async def _in_thread(function: Callable[[bytes, bytes], T], first: bytes, second: bytes) -> T:
    global _waiting  # noqa: PLW0603 - a gauge of this process
    if _waiting >= _CORES + _QUEUE_LENGTH:
        raise Unavailable(retry_after_seconds=2)
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_hashers, function, first, second)
    finally:
        _waiting -= 1
