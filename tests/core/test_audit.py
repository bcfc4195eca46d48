from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from pydantic import SecretStr
from sqlalchemy import create_engine, event, select

from tests.cast import (
    PASSWORD,
    act,
    actor_of,
    credentials_of,
    email_of,
    events_of,
    sign_in,
    sign_in_api,
    sign_in_often,
    sign_up,
    unlocked_url,
    visit_by,
)
from todo_app.core import accounts, api_sessions, audit, password_change, sessions
from todo_app.core.access import Actor
from todo_app.core.accounts import AccountDraft
from todo_app.core.credentials import Credentials
from todo_app.core.database import get_reading_engine, reading, transaction
from todo_app.core.errors import InvalidInput, NotFound, RefreshTokenReused, WrongCredentials
from todo_app.core.models import SecurityEvent
from todo_app.core.password_change import PasswordChange
from todo_app.core.visits import Visit, visit

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
NEW = "teapot over eight rivers"
WRONG = "a guess that is not right"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """The lines of the audit log."""
    written: list[str] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(record.getMessage())

    handler = Collect()
    audit.log.addHandler(handler)
    with caplog.at_level(logging.INFO, audit.log.name):
        yield written
    audit.log.removeHandler(handler)


async def kinds(actor: Actor) -> list[str]:
    return [found.kind for found in await events_of(actor)]


async def stored() -> list[dict[str, Any]]:
    async with reading() as db:
        found = await db.execute(select(SecurityEvent.__table__))
        return [dict(row) for row in found.mappings()]


async def fail_to_sign_in(email: str, password: str = WRONG, by: Visit | None = None) -> None:
    with pytest.raises(WrongCredentials):
        await sessions.sign_in_web(
            Credentials(email=email, password=SecretStr(password)), by or visit_by()
        )


async def change_password(actor: Actor, current: str = PASSWORD) -> None:
    change = PasswordChange(current_password=SecretStr(current), new_password=SecretStr(NEW))
    await password_change.change_password(actor, change, visit_by())


async def do_everything(alice: Actor) -> list[str]:
    """Every kind of event in the account of Alice; the secrets that were used."""
    first = await sign_in_api()
    second = await api_sessions.refresh(first.refresh_token, visit_by("api"))
    with pytest.raises(RefreshTokenReused):
        await api_sessions.refresh(first.refresh_token, visit_by("api"))
    await fail_to_sign_in(email_of("alice"))
    with pytest.raises(InvalidInput):
        await change_password(alice, WRONG)
    await sign_in("alice")
    await change_password(alice)
    await act(sessions.sign_out, alice)
    pairs = (first, second)
    return [PASSWORD, NEW, WRONG, *(text for one in pairs for text in one.model_dump().values())]


async def test_what_happens_to_an_account_is_written_down(alice: Actor) -> None:
    await do_everything(alice)

    assert await kinds(alice) == [
        "signed_out",
        "session_ended",
        "password_changed",
        "signed_in",
        "password_change_failed",
        "sign_in_failed",
        "refresh_token_reused",
        "signed_in",
        "signed_in",
        "signed_up",
    ]


def test_every_kind_of_event_is_written_down_somewhere() -> None:
    program = Path(audit.__file__).parents[1]
    texts = [path.read_text("utf-8") for path in program.rglob("*.py")]
    # Once where the kinds are listed, once for a person to read, and where it happens.
    silent = [kind for kind in audit.KINDS if sum(f'"{kind}"' in text for text in texts) < 3]

    assert silent == []


async def test_an_event_knows_where_it_came_from(alice: Actor) -> None:
    phone = Visit("web", "2001:db8::7", "Mozilla/5.0 (X11; Linux) Firefox/140.0")
    await sessions.sign_in_web(credentials_of("alice"), phone)

    last = (await events_of(alice))[0]

    assert (last.kind, last.address, last.device) == (
        "signed_in",
        "2001:db8::7",
        "Firefox on Linux",
    )
    assert last.details == {"way": "web"}


async def test_promise_23_no_password_and_no_token_is_in_a_row_or_in_the_log(
    alice: Actor, lines: list[str]
) -> None:
    secrets = [str(text) for text in await do_everything(alice) if len(str(text)) > 10]
    await fail_to_sign_in(PASSWORD)

    written = "\n".join([*lines, *(str(row) for row in await stored())])
    assert len(lines) > 8
    assert not [secret for secret in secrets if secret in written]
    assert "example.org" not in written


@pytest.mark.parametrize(
    "evil",
    [
        'x\n{"event": "signed_in"}',
        "x\r\nINFO todo_app.audit {}",
        'x", "event": "signed_in", "y": "',
        "x\u2028y\u2029z\u0085",
        "\x1b[2J\x1b[31m",
        "\u202eevil",
        "x\x00y",
        "\ud800",
    ],
)
async def test_nobody_writes_lines_of_their_own_into_the_log(
    alice: Actor, lines: list[str], evil: str
) -> None:
    by = visit(
        "web", peer="192.0.2.1", forwarded_for=[evil], trusted_hops=1, user_agent=f"curl {evil}"
    )
    await fail_to_sign_in(email_of("alice"), by=by)
    await fail_to_sign_in(f"{evil}@example.org", by=by)

    assert len(lines) == 2
    for line in lines:
        assert line.isascii()
        assert line.isprintable()
        found = json.loads(line)
        assert found["event"] == "sign_in_failed"
        assert found.keys() == {"event", "at", "user_id", "address", "device"}


async def test_a_line_says_who_and_when(alice: Actor, lines: list[str]) -> None:
    await sign_in("alice")

    [line] = [json.loads(line) for line in lines]
    [newest] = (await events_of(alice))[:1]
    assert line == {
        "event": "signed_in",
        "at": newest.created_at.isoformat(),
        "user_id": str(alice.user_id),
        "address": "192.0.2.1",
        "device": "Test",
        "way": "web",
    }


async def test_an_unknown_account_is_written_down_as_nobodys(
    alice: Actor, lines: list[str]
) -> None:
    await fail_to_sign_in("nobody@example.org")

    [row] = [row for row in await stored() if row["kind"] == "sign_in_failed"]
    assert row["user_id"] is None
    assert json.loads(lines[0])["user_id"] is None
    assert "sign_in_failed" not in await kinds(alice)


async def test_everybody_sees_their_own_events_only(
    alice: Actor, bob: Actor, charlie: Actor
) -> None:
    await fail_to_sign_in(email_of("alice"))

    assert await kinds(alice) == ["sign_in_failed", "signed_in", "signed_up"]
    for other in (bob, charlie):
        assert await kinds(other) == ["signed_in", "signed_up"]


async def test_what_is_taken_back_is_neither_stored_nor_logged(
    alice: Actor, lines: list[str]
) -> None:
    before = await stored()

    async def record_and_fail() -> None:
        async with transaction() as db:
            audit.record(db, "password_changed", alice.user_id, visit_by())
            raise NotFound

    with pytest.raises(NotFound):
        await record_and_fail()

    assert await stored() == before
    assert lines == []


async def test_signing_out_twice_is_one_event(alice: Actor) -> None:
    watcher = await actor_of(await sign_in_api())
    await act(sessions.sign_out, alice)
    await act(sessions.sign_out, alice)

    assert (await kinds(watcher)).count("signed_out") == 1


async def test_only_the_last_50_are_shown(alice: Actor) -> None:
    async with transaction() as db:
        for _ in range(60):
            audit.record(db, "signed_in", alice.user_id, visit_by())

    assert len(await kinds(alice)) == 50


async def test_events_are_kept_for_180_days(database: str) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        await sign_up("alice")
        traveller.move_to(START + timedelta(days=180))
        assert await act(audit.purge) == 0
        traveller.move_to(START + timedelta(days=180, seconds=1))
        assert await act(audit.purge) == 2


@pytest.mark.parametrize(
    ("name", "address", "is_known"),
    [
        ("alice", "2001:db8:0:7::1", True),
        ("alice", "2001:db8:0:7:ffff::2", True),
        ("alice", "2001:db8:0:8::1", False),
        ("alice", "192.0.2.1", True),
        ("alice", "192.0.2.2", False),
        ("alice", "192.0.2.3", False),
        ("bob", "2001:db8:0:7::1", False),
        ("nobody", "192.0.2.1", False),
    ],
)
async def test_a_place_is_known_by_a_sign_in_from_its_network(
    alice: Actor, bob: Actor, name: str, address: str, *, is_known: bool
) -> None:
    await sessions.sign_in_web(credentials_of("alice"), visit_by(address="2001:db8:0:7::1"))
    await fail_to_sign_in(email_of("alice"), by=visit_by(address="192.0.2.3"))

    assert await audit.is_known_place(email_of(name), visit_by(address=address)) is is_known


async def test_a_place_is_looked_up_in_an_index_however_often_one_signed_in(alice: Actor) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, *found: Any) -> None:  # noqa: ANN401
        asked.append((found[0], found[1]))

    engine = get_reading_engine().sync_engine
    event.listen(engine, "before_cursor_execute", note)
    await audit.is_known_place(email_of("alice"), visit_by())
    event.remove(engine, "before_cursor_execute", note)
    await sign_in_often(alice, 2_000)

    [(statement, values)] = asked
    owner = create_engine(unlocked_url())
    with owner.connect() as connection:
        if owner.name == "sqlite":
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
        else:
            connection.exec_driver_sql("ANALYZE security_events")
            plan = connection.exec_driver_sql(f"EXPLAIN {statement}", values).all()
    owner.dispose()
    assert "ix_security_events_network" in str(plan)


async def test_opening_an_account_says_where(database: str) -> None:
    draft = AccountDraft(email=email_of("dora"), password=SecretStr(PASSWORD))
    await accounts.sign_up(draft, visit_by(address="192.0.2.44"))

    [row] = await stored()
    assert (row["kind"], row["address"]) == ("signed_up", "192.0.2.44")
