from __future__ import annotations

import asyncio
import unicodedata

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import delete, func, select, text
from sqlmodel import col

from tests.cast import PASSWORD, act, claims_of, sign_in, sign_up
from todo_app.core import accounts, sessions
from todo_app.core.access import Actor
from todo_app.core.accounts import AccountDraft, AccountPatch
from todo_app.core.database import reading, transaction
from todo_app.core.errors import EmailTaken, InvalidInput, NotFound
from todo_app.core.models import User


def draft(email: str, password: str = PASSWORD, **fields: str) -> AccountDraft:
    return AccountDraft(email=email, password=SecretStr(password), **fields)


async def count_accounts() -> int:
    async with reading() as db:
        return (await db.execute(select(func.count()).select_from(User))).scalar_one()


async def test_an_account_is_shown_as_it_was_opened(database: str) -> None:
    opened = await accounts.sign_up(
        draft("Alice@Example.org", name=" Alice\tL. ", time_zone="Europe/Berlin")
    )

    assert (opened.email, opened.name) == ("Alice@example.org", "Alice L.")
    assert opened.time_zone == "Europe/Berlin"
    assert opened.created_at.utcoffset() is not None


async def test_without_a_name_the_account_has_the_first_part_of_its_address(
    database: str,
) -> None:
    assert (await accounts.sign_up(draft("alice@example.org"))).name == "alice"


@pytest.mark.parametrize("local", ["x" * 200, "\u00e9" * 100, "\ufb03" * 60])
async def test_the_longest_address_opens_an_account(database: str, local: str) -> None:
    opened = await accounts.sign_up(draft(f"{local}@example.org"))

    assert opened.name == local[:100]


@pytest.mark.parametrize(
    "spellings",
    [
        ("alice@example.org", "ALICE@example.org", "Alice@EXAMPLE.ORG", " alice@example.org "),
        ("caf\u00e9@example.org", "cafe\u0301@example.org", "CAFE\u0301@EXAMPLE.ORG"),
        ("strasse@example.org", "STRASSE@example.org", "stra\u00dfe@example.org"),
        ("x@b\u00fccher.example", "x@xn--bcher-kva.example", "X@B\u00dcCHER.example"),
        ("office@example.org", "o\ufb03ce@example.org"),
        ("i\u0307@example.org", "\u0130@example.org"),
    ],
)
async def test_one_address_in_many_spellings_at_once_opens_one_account(
    database: str, spellings: tuple[str, ...]
) -> None:
    tries = [accounts.sign_up(draft(spelling)) for spelling in spellings * 3]
    answers = await asyncio.gather(*tries, return_exceptions=True)

    refused = [answer for answer in answers if isinstance(answer, BaseException)]
    assert len(answers) - len(refused) == 1
    assert all(isinstance(answer, EmailTaken) for answer in refused)
    assert await count_accounts() == 1


async def test_addresses_that_differ_open_an_account_each(database: str) -> None:
    tries = [accounts.sign_up(draft(f"person{number}@example.org")) for number in range(10)]
    await asyncio.gather(*tries)

    assert await count_accounts() == 10


@pytest.mark.parametrize(
    "email",
    [
        "",
        "alice",
        "alice@",
        "@example.org",
        "alice@localhost",
        "alice@example",
        "a b@example.org",
        "alice@example.org\n.evil.example",
        "alice@exa\x00mple.org",
        "alice\ud800@example.org",
        "alice@[127.0.0.1]",
        "Alice <alice@example.org>",
        "alice@example.org,bob@example.org",
        f"{'x' * 250}@example.org",
        f"{chr(0xFDFA) * 40}@example.org",
        f"x@{'y' * 300}.org",
        "x" * 1_000_000,
    ],
    ids=range(17),
)
def test_what_is_no_address_is_refused_and_not_repeated(email: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        draft(email)

    assert refusal.value.error_count() == 1
    assert not email or email not in refusal.value.errors()[0]["msg"]


def test_a_field_that_an_account_does_not_have_is_refused() -> None:
    with pytest.raises(ValidationError):
        draft("alice@example.org", is_admin="yes")


@pytest.mark.parametrize(
    ("password", "reason"),
    [("short", "too_short"), ("password1", "common"), ("alice@example.org", "personal")],
)
async def test_a_password_the_policy_refuses_opens_no_account(
    database: str, password: str, reason: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await accounts.sign_up(draft("alice@example.org", password))

    assert (refusal.value.field, refusal.value.reason) == ("password", reason)
    assert await count_accounts() == 0


async def test_the_password_is_stored_nowhere(database: str) -> None:
    await accounts.sign_up(draft("alice@example.org"))

    async with reading() as db:
        rows = (await db.execute(text("SELECT * FROM users"))).all()
    assert PASSWORD not in str(rows)
    assert "$2b$" in str(rows)


async def test_an_account_is_its_owners_alone(alice: Actor, bob: Actor) -> None:
    assert (await act(accounts.get_account, alice)).email == "alice@example.org"
    assert (await act(accounts.get_account, bob)).email == "bob@example.org"


async def test_a_changed_account_stays_changed(alice: Actor, bob: Actor) -> None:
    before = await act(accounts.get_account, bob)

    await act(accounts.update_account, alice, AccountPatch(name="Alice L.", time_zone="Asia/Tokyo"))

    changed = await act(accounts.get_account, alice)
    assert (changed.name, changed.time_zone) == ("Alice L.", "Asia/Tokyo")
    assert await act(accounts.get_account, bob) == before


async def test_a_changed_zone_counts_in_every_session_from_the_next_request_on(
    alice: Actor, bob: Actor
) -> None:
    other = await sign_in("alice")
    sessions_before = [await sessions.authenticate(claims_of(one)) for one in (alice, other, bob)]

    await act(accounts.update_account, alice, AccountPatch(time_zone="Asia/Tokyo"))

    now = [await sessions.authenticate(claims_of(one)) for one in (alice, other, bob)]
    assert {one.time_zone for one in sessions_before} == {"UTC"}
    assert [one.time_zone for one in now] == ["Asia/Tokyo", "Asia/Tokyo", "UTC"]


async def test_a_patch_leaves_alone_what_it_does_not_name(alice: Actor) -> None:
    before = await act(accounts.get_account, alice)

    assert await act(accounts.update_account, alice, AccountPatch()) == before
    changed = await act(accounts.update_account, alice, AccountPatch(time_zone="Asia/Tokyo"))
    assert changed.name == before.name


@pytest.mark.parametrize("patch", [{"name": ""}, {"name": " "}, {"time_zone": "Mars/Olympus"}])
def test_a_patch_that_breaks_a_rule_is_refused(patch: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        AccountPatch(**patch)


@pytest.mark.parametrize("field", ["email", "password_hash", "id", "email_canonical"])
def test_a_patch_cannot_reach_other_columns(field: str) -> None:
    with pytest.raises(ValidationError):
        AccountPatch.model_validate({field: "x"})


async def test_a_closed_account_is_not_found(alice: Actor) -> None:
    async with transaction() as db:
        await db.execute(delete(User).where(col(User.id) == alice.user_id))

    with pytest.raises(NotFound):
        await act(accounts.get_account, alice)
    with pytest.raises(NotFound):
        await act(accounts.update_account, alice, AccountPatch(name="Ghost"))


async def test_an_address_of_one_look_in_another_script_is_another_account(
    database: str,
) -> None:
    await sign_up("alice")
    await accounts.sign_up(draft("\u0430lice@example.org"))

    assert await count_accounts() == 2


def test_the_canonical_form_of_a_canonical_form_is_itself() -> None:
    for character in map(chr, (*range(0xD800), *range(0xE000, 0x110000))):
        once = accounts.canonical_email(character)
        assert accounts.canonical_email(once) == once
        for form in ("NFC", "NFD", "NFKC", "NFKD"):
            assert accounts.canonical_email(unicodedata.normalize(form, character)) == once
