from __future__ import annotations

import json
from typing import Any

from tests.cast import PASSWORD, act, add_task, email_of, events_of, sign_in_api, visit_by
from todo_app.core import account_export, api_tokens
from todo_app.core import tasks as core_tasks
from todo_app.core.access import Actor
from todo_app.core.api_tokens import TokenDraft
from todo_app.core.models import SQLModel

HERE = visit_by()


async def exported(actor: Actor) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(await act(account_export.export_account, actor, HERE))
    return document


async def test_an_export_holds_everything_of_its_owner_and_nothing_of_others(
    alice: Actor, bob: Actor
) -> None:
    hers = [await add_task(alice, title="Hers"), await add_task(alice, title="In the trash")]
    await act(core_tasks.delete_task, alice, hers[1].id)
    await add_task(bob, title="His")
    token = (await act(api_tokens.create_token, alice, TokenDraft(name="Script"), HERE)).token
    await sign_in_api()

    document = await exported(alice)

    assert document.keys() == {
        "format",
        "version",
        "exported_at",
        "account",
        *account_export.EXPORTED,
    } - {"users"}
    assert document["account"]["email"] == email_of("alice")
    assert [task["title"] for task in document["tasks"]] == ["Hers", "In the trash"]
    assert len(document["sessions"]) == 2
    for name in account_export.EXPORTED.keys() - {"users"}:
        for row in document[name]:
            assert row.get("user_id", str(alice.user_id)) == str(alice.user_id), name
    text = repr(document)
    assert "His" not in text
    assert str(bob.user_id) not in text
    for secret in (PASSWORD, token, "password_hash", "token_hash", "$2b$"):
        assert secret not in text
    assert (await events_of(alice))[0].kind == "account_exported"


async def test_an_api_token_exports_nothing_about_proving_who_its_owner_is(alice: Actor) -> None:
    task = await add_task(alice)
    token = (await act(api_tokens.create_token, alice, TokenDraft(name="Script"), HERE)).token

    whole, by_token = (
        await exported(alice),
        await exported(await api_tokens.authenticate(token, HERE)),
    )

    assert whole.keys() - by_token.keys() == account_export.ABOUT_IDENTITY
    assert by_token["account"]["email"] == email_of("alice")
    assert [one["id"] for one in by_token["tasks"]] == [str(task.id)]
    for hidden in ("Script", HERE.address, str(alice.session_id)):
        assert hidden in repr(whole), hidden
        assert hidden not in repr(by_token), hidden


def test_every_table_of_an_account_is_in_its_export_or_left_out_for_a_reason() -> None:
    owned = {table.name for table in account_export.owned_tables()}

    assert owned == account_export.EXPORTED.keys() | account_export.WITHHELD.keys()
    assert not account_export.EXPORTED.keys() & account_export.WITHHELD.keys()


def test_no_column_that_sounds_like_a_secret_is_exported() -> None:
    secrets = [
        f"{table.name}.{column.name}"
        for table in account_export.owned_tables()
        if table.name in account_export.EXPORTED
        for column in table.columns
        if column.name not in account_export.EXPORTED[table.name]
        and any(word in column.name for word in ("hash", "secret", "seed", "password", "code"))
        and table.name != "changes"  # Digests of what is exported itself.
    ]

    assert secrets == []


def test_every_table_that_names_an_account_goes_with_it() -> None:
    owned = {table.name for table in account_export.owned_tables()}
    naming = {
        table.name
        for table in SQLModel.metadata.sorted_tables
        if any(key.column.table.name == "users" for key in table.foreign_keys)
    }

    assert naming <= owned
