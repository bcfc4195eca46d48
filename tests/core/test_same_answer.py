"""Promise 2: who fails to sign in learns nothing from how long that took."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from typing import Any

import bcrypt
import pytest
from pydantic import SecretStr
from sqlalchemy import event

from tests.cast import PASSWORD, act, email_of, sign_in_often, sign_up, visit_by
from tests.conftest import forget_process
from todo_app.core import closing, sessions, throttle
from todo_app.core.credentials import Credentials
from todo_app.core.database import dispose, get_engine, get_reading_engine
from todo_app.core.errors import WrongCredentials


async def work_of(email: str, password: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a failing sign-in does: each check of a hash with its cost, each statement."""
    done: list[str] = []
    check = bcrypt.checkpw

    def counted(given: bytes, stored: bytes) -> bool:
        done.append(f"bcrypt {stored.split(b'$')[2].decode()} of {len(given)} bytes")
        return check(given, stored)

    def note(_connection: object, _cursor: object, statement: str, *_rest: Any) -> None:  # noqa: ANN401
        done.append(statement)

    engines = [get_engine().sync_engine, get_reading_engine().sync_engine]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    with monkeypatch.context() as patch:
        patch.setattr(bcrypt, "checkpw", counted)
        credentials = Credentials(email=email, password=SecretStr(password))
        with pytest.raises(WrongCredentials):
            await sessions.sign_in_web(credentials, visit_by())
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
    return done


async def test_promise_2_every_wrong_sign_in_does_the_same_work(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sign_up("alice")
    await sign_up("bob")
    await act(closing.disable_account, email_of("bob"))

    known = await work_of(email_of("alice"), "not hers at all", monkeypatch)
    others = {
        "unknown": await work_of(email_of("nobody"), PASSWORD, monkeypatch),
        "disabled": await work_of(email_of("bob"), PASSWORD, monkeypatch),
        "over-long": await work_of(email_of("alice"), "x" * 100_000, monkeypatch),
        "no address": await work_of("\x00", "", monkeypatch),
    }

    assert len([one for one in known if one.startswith("bcrypt")]) == 1
    assert {name: work for name, work in others.items() if work != known} == {}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_promise_2_the_medians_of_200_sign_ins_cannot_be_told_apart(
    database_url: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # His hash is from before the cost was raised.
    await sign_up("charlie")
    monkeypatch.setenv("BCRYPT_COST", "6")
    await dispose()
    forget_process()
    await sign_up("alice")
    await sign_up("bob")
    await act(closing.disable_account, email_of("bob"))
    await sign_in_often(await sign_up("dora"), 20_000)
    kinds = {
        "known": (email_of("alice"), "not hers at all"),
        "unknown": (email_of("nobody"), PASSWORD),
        "disabled": (email_of("bob"), PASSWORD),
        "over-long": (email_of("alice"), "x" * 100_000),
        "much used": (email_of("dora"), "not hers at all"),
        "older hash": (email_of("charlie"), "not his at all"),
    }
    seconds: dict[str, list[float]] = defaultdict(list)
    # By turns, so that whatever else the machine does is shared by all of them.
    for kind in [*kinds] * 200:
        throttle.reset()
        credentials = Credentials(email=kinds[kind][0], password=SecretStr(kinds[kind][1]))
        began = time.perf_counter()
        with pytest.raises(WrongCredentials):
            await sessions.sign_in_web(credentials, visit_by())
        seconds[kind].append(time.perf_counter() - began)

    medians = {kind: statistics.median(found) for kind, found in seconds.items()}
    spread = statistics.median(abs(one - medians["known"]) for one in seconds["known"])
    assert max(medians.values()) - min(medians.values()) < max(spread, 0.1 * medians["known"])
