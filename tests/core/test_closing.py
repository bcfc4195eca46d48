from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from pydantic import SecretStr
from sqlalchemy import Uuid, func, select

from tests.cast import (
    PASSWORD,
    act,
    add_task,
    credentials_of,
    email_of,
    events_of,
    is_alive,
    peeking,
    sign_in,
    sign_in_api,
    sign_up,
    visit_by,
)
from todo_app import jobs
from todo_app.core import accounts, api_sessions, api_tokens, clock, closing, sessions
from todo_app.core import tasks as core_tasks
from todo_app.core.access import Actor
from todo_app.core.accounts import AccountDraft
from todo_app.core.api_tokens import TokenDraft
from todo_app.core.closing import Closing
from todo_app.core.errors import (
    EmailTaken,
    InvalidInput,
    NotFound,
    Unauthenticated,
    WrongCredentials,
)
from todo_app.core.models import SQLModel
from todo_app.core.task_views import TaskPatch

HERE = visit_by()


async def close(actor: Actor, password: str = PASSWORD, email: str = email_of("alice")) -> None:
    await closing.close_account(
        actor, Closing(current_password=SecretStr(password), email=email), HERE
    )


async def disable(name: str = "alice") -> None:
    await act(closing.disable_account, email_of(name))


async def make_token(actor: Actor) -> str:
    return (await act(api_tokens.create_token, actor, TokenDraft(name="Script"), HERE)).token


async def kinds(actor: Actor) -> list[str]:
    return [found.kind for found in await events_of(actor)]


async def count_rows() -> dict[str, int]:
    async with peeking() as db:
        return {
            name: (await db.execute(select(func.count()).select_from(table))).scalar_one()
            for name, table in SQLModel.metadata.tables.items()
        }


async def traces_of(actor: Actor) -> list[str]:
    """Where the id of an account is still to be found, in any column of any table."""
    found = []
    async with peeking() as db:
        for table in SQLModel.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, Uuid):
                    query = select(func.count()).where(column == actor.user_id)
                    if (await db.execute(query)).scalar_one():
                        found.append(f"{table.name}.{column.name}")
    return found


def bytes_of_every_table(database_url: str) -> bytes:
    """All that the tables of a SQLite file hold, those of the full-text index too."""
    with contextlib.closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as file:
        file.text_factory = bytes
        names = file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        values = [
            value
            for (name,) in names
            for row in file.execute(f"SELECT * FROM {name.decode()}")  # noqa: S608 - no input
            for value in row
        ]
    return b"\n".join(
        value if isinstance(value, bytes) else str(value).encode() for value in values
    )


async def test_closing_ends_every_session_and_keeps_everything(alice: Actor, bob: Actor) -> None:
    task, phone, token = await add_task(alice), await sign_in("alice"), await make_token(alice)

    await close(alice)

    assert [await is_alive(one) for one in (alice, phone, bob)] == [False, False, True]
    with pytest.raises(Unauthenticated):
        await api_tokens.authenticate(token, HERE)
    assert await act(core_tasks.get_task, alice, task.id) == task
    assert (await kinds(alice))[0] == "account_closed"


@pytest.mark.parametrize(
    ("password", "email", "field"),
    [
        ("not hers at all", email_of("alice"), "current_password"),
        (PASSWORD, "", "email"),
        (PASSWORD, email_of("bob"), "email"),
    ],
)
async def test_closing_asks_again(alice: Actor, password: str, email: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await close(alice, password, email)

    assert refusal.value.field == field
    assert await is_alive(alice)


async def test_the_address_may_be_spelt_as_at_sign_in(alice: Actor) -> None:
    await close(alice, email=" Alice@Example.ORG ")

    assert not await is_alive(alice)


async def test_signing_in_takes_the_closing_back(alice: Actor) -> None:
    token = await make_token(alice)
    await close(alice)

    back = await sign_in("alice")
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        await jobs.purge()

    assert (await act(accounts.get_account, back)).email == email_of("alice")
    assert (await kinds(back))[:2] == ["signed_in", "account_reopened"]
    assert await api_tokens.authenticate(token, HERE)


async def test_promise_24_of_a_purged_account_no_row_is_left_and_of_others_every_row(
    alice: Actor, bob: Actor
) -> None:
    await add_task(bob)
    await sign_in_api("bob")
    await make_token(bob)
    before = await count_rows()
    carol = await sign_up("carol")
    done = await add_task(carol)
    await act(core_tasks.complete_task, carol, done.id)
    await act(core_tasks.delete_task, carol, (await add_task(carol)).id)
    await make_token(carol)
    await sign_in_api("carol")
    assert len(await traces_of(carol)) >= 6
    await close(carol, email=email_of("carol"))

    start = clock.now()
    with time_machine.travel(start + timedelta(days=29, hours=23), tick=False):
        await act(closing.purge)
        assert await traces_of(carol)
    with time_machine.travel(start + timedelta(days=30, minutes=1), tick=False):
        await act(closing.purge)

    assert await traces_of(carol) == []
    assert await count_rows() == before


# PostgreSQL has no index of words, and its vacuum takes what was deleted.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_promise_24_no_word_of_a_purged_account_is_left_in_the_full_text_index(
    database: str, alice: Actor
) -> None:
    # The ends of words alone: the index leaves out how a word begins like the one before it.
    hers = [b"alcoatl", b"laucous", alice.user_id.hex[-12:].encode()]
    await add_task(alice, title="Feed Quetzalcoatl", notes="glaucous")
    await act(
        core_tasks.update_task, alice, (await add_task(alice)).id, TaskPatch(title="Glaucous")
    )
    carol = await sign_up("carol")
    await add_task(carol, title="Water the hyacinths")
    assert all(one in bytes_of_every_table(database) for one in hers)
    await close(alice)

    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        await act(closing.purge)

    kept = bytes_of_every_table(database)
    assert [one for one in hers if one in kept] == []
    assert b"acinths" in kept
    with pytest.raises(NotFound):
        await act(accounts.account_id, email_of("alice"))


async def test_promise_4_a_disabled_account_is_shut_everywhere(alice: Actor, bob: Actor) -> None:
    token, pair = await make_token(alice), await sign_in_api()

    await disable()

    assert not await is_alive(alice)
    assert await is_alive(bob)
    for way_in in (
        sessions.sign_in_web(credentials_of("alice"), HERE),
        api_sessions.sign_in(credentials_of("alice"), HERE),
    ):
        with pytest.raises(WrongCredentials):
            await way_in
    with pytest.raises(Unauthenticated):
        await api_sessions.refresh(pair.refresh_token, visit_by("api"))
    with pytest.raises(Unauthenticated):
        await api_tokens.authenticate(token, HERE)


async def test_an_enabled_account_is_what_it_was(alice: Actor) -> None:
    token, task = await make_token(alice), await add_task(alice)
    await disable()

    await act(closing.enable_account, email_of("alice"))

    back = await sign_in("alice")
    assert await act(core_tasks.get_task, back, task.id) == task
    assert await api_tokens.authenticate(token, HERE)
    assert (await kinds(back))[1:3] == ["account_enabled", "account_disabled"]


async def test_who_proved_a_password_before_the_account_was_disabled_is_not_let_in_after(
    alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from todo_app.core import credentials

    proof = await credentials.prove(credentials_of("alice"), HERE)

    async def prove_before(*_: object) -> Any:  # noqa: ANN401 - a proof
        return proof

    await disable()
    monkeypatch.setattr(sessions, "prove", prove_before)

    with pytest.raises(WrongCredentials):
        await sessions.sign_in_web(credentials_of("alice"), HERE)


async def test_nobody_is_disabled_by_an_address_without_an_account(database: str) -> None:
    for act_on in (closing.disable_account, closing.enable_account):
        with pytest.raises(NotFound):
            await act(act_on, email_of("nobody"))


async def test_the_address_of_a_closed_or_disabled_account_stays_taken(alice: Actor) -> None:
    await close(alice)
    draft = AccountDraft(email=email_of("alice"), password=SecretStr(PASSWORD))
    with pytest.raises(EmailTaken):
        await accounts.sign_up(draft)


async def test_closing_twice_at_once_is_closing(alice: Actor) -> None:
    await asyncio.gather(close(alice), close(alice), return_exceptions=True)

    assert not await is_alive(alice)
