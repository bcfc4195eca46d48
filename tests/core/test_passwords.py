from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable
from typing import Any

import bcrypt
import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from todo_app.core import passwords, settings
from todo_app.core.errors import InvalidInput, Unavailable


def refusal(password: str, email: str = "alice.liddell@wonder.example") -> str:
    with pytest.raises(InvalidInput) as error:
        passwords.check_policy(password, email=email)
    assert error.value.field == "password"
    assert password not in str(error.value) or not password
    return error.value.reason


def accepts(password: str) -> None:
    passwords.check_policy(password, email="alice.liddell@wonder.example")


@pytest.mark.parametrize("password", ["", "kT9$xw2", "\U0001f600" * 7, "e\u0301" * 7])
def test_a_password_of_fewer_than_8_characters_is_refused(password: str) -> None:
    assert refusal(password) == "too_short"


def test_a_password_of_8_characters_is_accepted() -> None:
    accepts("kT9$xw2q")


def test_a_password_has_at_most_1024_characters() -> None:
    accepts("kT9$xw2q" * 128)
    assert refusal("kT9$xw2q" * 128 + "x") == "too_long"


def test_a_password_needs_no_mix_of_characters() -> None:
    accepts("kettle under seven clouds")


@pytest.mark.parametrize("password", ["password", "PASSWORD", "12345678", "iloveyou", "Qwertyuiop"])
def test_a_common_password_is_refused(password: str) -> None:
    assert refusal(password) == "common"


def test_the_3000_most_common_passwords_that_are_long_enough_are_refused() -> None:
    long_enough = [one for one in FREQUENCY_LISTS["passwords"] if len(one) >= 8]

    assert len(long_enough) >= 3_000
    assert {refusal(password) for password in long_enough[:3_000]} == {"common"}


@pytest.mark.parametrize(
    "password",
    [
        "alice.liddell@wonder.example",
        "Alice.Liddell",
        "wonder.example",
        "Todo App",
        "todo_app",
        "todoapp1",
        "todoapptodo",
        "app-todo-app 2026",
        "wonder@example2026",
        "AliceLiddellWonder".replace("eL", "e.L"),
        "!wonder-todo app!",
        "ToDo.App1",
        "TODO  APP",
        "t-o-d-o-a-p-p",
        "todo/app/wonder",
        "a.l.i.c.e.l.i.d.d.e.l.l",
    ],
)
def test_a_password_made_of_ones_own_address_or_the_product_is_refused(password: str) -> None:
    assert refusal(password) == "personal"


@pytest.mark.parametrize("email", ["john_smith@x.example", "john+smith@x.example"])
def test_the_parts_of_an_address_count_without_its_signs(email: str) -> None:
    with pytest.raises(InvalidInput):
        passwords.check_policy("johnsmith99", email=email)


async def test_a_long_password_in_another_form_of_unicode_is_the_same() -> None:
    composed = "\u00e9" * 600
    decomposed = unicodedata.normalize("NFD", composed)

    assert await passwords.verify_password(decomposed, await passwords.hash_password(composed))


def test_a_password_that_no_keyboard_can_type_is_refused() -> None:
    assert refusal("kT9$xw2q\ud800") == "unusable"


async def test_a_password_fits_its_hash_and_no_other_does() -> None:
    stored = await passwords.hash_password("kettle under seven clouds")

    assert await passwords.verify_password("kettle under seven clouds", stored)
    assert not await passwords.verify_password("kettle under seven cloudS", stored)
    assert not await passwords.verify_password("", stored)


async def test_promise_1_the_73rd_byte_of_a_password_counts() -> None:
    stored = await passwords.hash_password("x" * 72 + "a")

    assert not await passwords.verify_password("x" * 72 + "b", stored)
    assert not await passwords.verify_password("x" * 72, stored)


async def test_a_password_of_64_emoji_works_to_its_last_one() -> None:
    stored = await passwords.hash_password("\U0001f600" * 64)

    assert await passwords.verify_password("\U0001f600" * 64, stored)
    assert not await passwords.verify_password("\U0001f600" * 63 + "\U0001f601", stored)


async def test_a_password_fits_in_every_unicode_form() -> None:
    typed = "Stra\u00dfencaf\u00e9 7"
    stored = await passwords.hash_password(unicodedata.normalize("NFC", typed))

    assert await passwords.verify_password(unicodedata.normalize("NFD", typed), stored)


async def test_a_password_with_a_nul_is_not_cut_there() -> None:
    stored = await passwords.hash_password("kettle\x00under")

    assert not await passwords.verify_password("kettle\x00clouds", stored)


async def test_a_password_longer_than_any_is_wrong_and_no_error() -> None:
    stored = await passwords.hash_password("x" * 1_024)

    assert await passwords.verify_password("x" * 1_024, stored)
    assert not await passwords.verify_password("x" * 1_025, stored)
    assert not await passwords.verify_password("x" * 1_000_000, stored)


async def test_a_password_of_lone_surrogates_is_wrong_and_no_error() -> None:
    stored = await passwords.hash_password("kettle under seven clouds")

    assert not await passwords.verify_password("\ud800\udfff" * 8, stored)


async def test_nobody_has_no_password() -> None:
    assert not await passwords.verify_password("kettle under seven clouds", None)
    assert not await passwords.verify_password("", None)


@pytest.mark.parametrize("password", ["kettle under seven clouds", "kettle under seven cloudS"])
async def test_a_hash_from_before_the_cost_was_raised_takes_the_work_of_a_new_one(
    password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = await passwords.hash_password("kettle under seven clouds")
    monkeypatch.setenv("BCRYPT_COST", "7")
    settings.get_settings.cache_clear()
    newer = await passwords.hash_password("kettle under seven clouds")
    rounds = 0

    def counted(work: Callable[[bytes, bytes], Any]) -> Callable[[bytes, bytes], Any]:
        def count(given: bytes, salt: bytes) -> Any:  # noqa: ANN401 - as bcrypt's own
            nonlocal rounds
            rounds += 2 ** int(salt.split(b"$")[2])
            return work(given, salt)

        return count

    monkeypatch.setattr(bcrypt, "checkpw", counted(bcrypt.checkpw))
    monkeypatch.setattr(bcrypt, "hashpw", counted(bcrypt.hashpw))
    answers = []
    for stored in (older, newer):
        rounds = 0
        answers.append((await passwords.verify_password(password, stored), rounds))

    assert answers[0] == answers[1]
    assert rounds == 2**7


async def test_a_plain_bcrypt_hash_of_the_password_does_not_fit() -> None:
    stored = bcrypt.hashpw(b"kettle under seven clouds", bcrypt.gensalt(4)).decode()

    assert not await passwords.verify_password("kettle under seven clouds", stored)


async def test_two_hashes_of_one_password_differ() -> None:
    assert await passwords.hash_password("kettle") != await passwords.hash_password("kettle")


async def test_a_hash_is_due_again_when_the_cost_rises(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = await passwords.hash_password("kettle under seven clouds")
    assert not passwords.needs_rehash(stored)

    monkeypatch.setenv("BCRYPT_COST", "5")
    settings.get_settings.cache_clear()

    assert passwords.needs_rehash(stored)


async def test_beyond_a_short_queue_the_answer_is_to_come_back() -> None:
    answers = await asyncio.gather(
        *(passwords.verify_password("kettle", None) for _ in range(200)), return_exceptions=True
    )

    refused = [answer for answer in answers if isinstance(answer, Unavailable)]
    assert refused
    assert all(answer.retry_after_seconds == 2 for answer in refused)
    assert answers.count(False) == 200 - len(refused)
    assert not await passwords.verify_password("kettle", None)
