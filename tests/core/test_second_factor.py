"""Promises 8 and 9: the second factor, from its seed to its last recovery code."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import time_machine
from pydantic import SecretStr
from sqlalchemy import select, text, update
from sqlmodel import col

from tests.cast import (
    PASSWORD,
    act,
    actor_of,
    credentials_of,
    email_of,
    events_of,
    is_alive,
    sign_in,
    sign_in_api,
    visit_by,
)
from todo_app.core import (
    api_sessions,
    closing,
    encryption,
    password_change,
    second_factor,
    second_step,
    sessions,
    settings,
    throttle,
    tokens,
    totp,
)
from todo_app.core.access import Actor
from todo_app.core.credentials import Credentials
from todo_app.core.database import reading, transaction
from todo_app.core.errors import (
    CodeNeeded,
    CodesOff,
    Conflict,
    InvalidInput,
    NotFound,
    TodoError,
    TooManyAttempts,
    Unauthenticated,
    Unavailable,
    WrongCode,
    WrongCredentials,
)
from todo_app.core.models import TotpFactor
from todo_app.core.password_change import PasswordChange
from todo_app.core.second_factor import Confirmation

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = SecretStr(PASSWORD)


@pytest.fixture(autouse=True)
def traveller() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as found:
        yield found


def code_of(seed: str, *, steps: int = 0) -> str:
    """The code that an app shows so many half minutes from now."""
    return pyotp.TOTP(seed).at(datetime.now(UTC) + timedelta(seconds=30 * steps))


async def begin(actor: Actor) -> str:
    return (await act(second_factor.begin_enrolment, actor)).seed


async def switch_on(actor: Actor, traveller: time_machine.Traveller) -> str:
    """The seed of a factor that is on and whose first code lies behind."""
    seed = await begin(actor)
    confirmation = Confirmation(code=code_of(seed), current_password=SECRET)
    await second_factor.switch_on(actor, confirmation, visit_by())
    traveller.shift(timedelta(minutes=2))
    return seed


@pytest.fixture
async def seed(alice: Actor, traveller: time_machine.Traveller) -> str:
    """The seed of Alice's second factor."""
    return await switch_on(alice, traveller)


async def first_step(password: str = PASSWORD) -> tokens.Claims:
    """What Alice's cookie says between the steps."""
    typed = Credentials(email="alice@example.org", password=SecretStr(password))
    with pytest.raises(CodeNeeded) as needed:
        await sessions.sign_in_web(typed, visit_by())
    return tokens.verify("mfa", needed.value.step_token)


async def sign_in_by(code: str, step: tokens.Claims | None = None) -> Actor:
    token = await second_step.sign_in_by_code(step or await first_step(), code, visit_by())
    return await sessions.authenticate(tokens.verify("web", token))


async def kinds_of_events(actor: Actor) -> list[str]:
    return [event.kind for event in await events_of(actor)]


async def test_without_a_second_factor_a_password_is_enough(alice: Actor) -> None:
    found = await act(second_factor.get_second_factor, alice)

    assert (found.is_on, found.is_possible, found.recovery_codes_left) == (False, True, None)
    assert await sign_in("alice")


async def test_promise_9_a_password_alone_no_longer_opens_the_account(
    alice: Actor, seed: str
) -> None:
    with pytest.raises(CodeNeeded):
        await sign_in_api()
    step = await first_step()
    with pytest.raises(Unauthenticated):
        await sessions.authenticate(step)

    assert (await sign_in_by(code_of(seed), step)).user_id == alice.user_id


async def test_a_seed_counts_only_once_its_first_code_has_come(alice: Actor) -> None:
    first, second = await begin(alice), await begin(alice)

    assert await sign_in("alice")
    stale = Confirmation(code=code_of(first), current_password=SECRET)
    with pytest.raises(InvalidInput) as refusal:
        await second_factor.switch_on(alice, stale, visit_by())
    assert (refusal.value.field, refusal.value.reason) == ("code", "wrong_code")
    fresh = Confirmation(code=code_of(second), current_password=SECRET)
    await second_factor.switch_on(alice, fresh, visit_by())
    with pytest.raises(Conflict):
        await begin(alice)
    with pytest.raises(NotFound):
        await act(second_factor.get_enrolment, alice)


async def test_a_seed_waits_for_an_hour(alice: Actor, traveller: time_machine.Traveller) -> None:
    seed = await begin(alice)
    assert (await act(second_factor.get_enrolment, alice)).seed == seed

    traveller.shift(timedelta(hours=1))

    with pytest.raises(NotFound):
        await act(second_factor.get_enrolment, alice)
    confirmation = Confirmation(code=code_of(seed), current_password=SECRET)
    with pytest.raises(NotFound):
        await second_factor.switch_on(alice, confirmation, visit_by())
    traveller.shift(timedelta(seconds=1))
    assert await act(second_factor.purge) == 1


async def test_promise_8_each_change_asks_for_the_password_and_ends_other_sessions(
    alice: Actor, bob: Actor, traveller: time_machine.Traveller
) -> None:
    wrong = SecretStr("not hers at all")
    other = await actor_of(await sign_in_api())
    seed = await begin(alice)
    confirmation = Confirmation(code=code_of(seed), current_password=wrong)
    with pytest.raises(InvalidInput):
        await second_factor.switch_on(alice, confirmation, visit_by())
    assert await is_alive(other)
    await switch_on(alice, traveller)
    assert [await is_alive(one) for one in (alice, bob, other)] == [True, True, False]

    for change in (second_factor.drop_recovery_codes, second_factor.switch_off):
        with pytest.raises(InvalidInput) as refusal:
            await change(alice, wrong, visit_by())
        assert (refusal.value.field, refusal.value.reason) == ("current_password", "wrong")
        traveller.shift(timedelta(minutes=2))
        other = await sign_in_by(code_of((await stored_seeds())[0]))
        await change(alice, SECRET, visit_by())
        assert [await is_alive(one) for one in (alice, bob, other)] == [True, True, False]
    assert [kind for kind in await kinds_of_events(alice) if "second" in kind or "rec" in kind] == [
        "second_factor_off",
        "recovery_codes_renewed",
        "second_factor_on",
    ]
    for change in (second_factor.drop_recovery_codes, second_factor.switch_off):
        with pytest.raises(NotFound):
            await change(alice, SECRET, visit_by())


async def stored_seeds() -> list[str]:
    async with reading() as db:
        return [
            encryption.decrypt(one)
            for one in await db.scalars(select(col(TotpFactor.encrypted_seed)))
        ]


@pytest.mark.parametrize("steps", [-1, 0, 1])
async def test_a_code_is_good_half_a_minute_early_or_late(seed: str, steps: int) -> None:
    assert await sign_in_by(code_of(seed, steps=steps))


@pytest.mark.parametrize("spelling", ["{} ", " {}", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}"])
async def test_a_code_may_be_typed_with_spaces(seed: str, spelling: str) -> None:
    assert await sign_in_by(spelling.format(code_of(seed)))


@pytest.mark.parametrize("steps", [-2, 2, 1_000])
async def test_a_code_of_another_time_is_refused(seed: str, steps: int) -> None:
    with pytest.raises(WrongCode):
        await sign_in_by(code_of(seed, steps=steps))


@pytest.mark.parametrize(
    "code",
    [
        "",
        "0",
        "000000 1",
        "\ud800",
        "\u0660" * 6,
        "x" * 10_000,
        "' OR 1=1",
        "\x00",
        "-00001",
        "12345a",
    ],
    ids=range(10),
)
async def test_what_is_no_code_is_refused_and_written_down(
    alice: Actor, seed: str, code: str
) -> None:
    step = await first_step()
    with pytest.raises(WrongCode):
        await sign_in_by(code, step)

    assert "second_factor_failed" in await kinds_of_events(alice)
    assert await sign_in_by(code_of(seed), step), (
        "a slip of the finger does not cost the first step"
    )


async def test_promise_9_a_code_is_refused_the_second_time_and_so_are_older_ones(
    alice: Actor, seed: str
) -> None:
    used = code_of(seed)
    await sign_in_by(used)

    for code in (used, code_of(seed, steps=-1)):
        with pytest.raises(WrongCode):
            await sign_in_by(code)
        with pytest.raises(WrongCode):
            await api_sessions.sign_in(credentials_of("alice"), visit_by("api"), code)
    assert await sign_in_by(code_of(seed, steps=1))


async def test_the_code_that_switched_it_on_does_not_sign_in(
    alice: Actor, traveller: time_machine.Traveller
) -> None:
    seed = await begin(alice)
    code = code_of(seed)
    await second_factor.switch_on(
        alice, Confirmation(code=code, current_password=SECRET), visit_by()
    )

    with pytest.raises(WrongCode):
        await sign_in_by(code)


async def test_promise_9_of_two_uses_of_one_code_at_once_one_succeeds(seed: str) -> None:
    steps = [await first_step() for _ in range(4)]
    code = code_of(seed)

    answers = await asyncio.gather(
        *(sign_in_by(code, step) for step in steps), return_exceptions=True
    )

    assert sorted(type(one).__name__ for one in answers) == ["Actor", *["WrongCode"] * 3]


async def test_promise_9_of_two_uses_of_one_recovery_code_at_once_one_succeeds(
    alice: Actor, seed: str
) -> None:
    code, *others = await act(second_factor.make_recovery_codes, alice)
    steps = [await first_step() for _ in range(4)]

    answers = await asyncio.gather(
        *(sign_in_by(code, step) for step in steps), return_exceptions=True
    )

    assert sorted(type(one).__name__ for one in answers) == ["Actor", *["WrongCode"] * 3]
    found = await act(second_factor.get_second_factor, alice)
    assert found.recovery_codes_left == len(others) == 9
    assert "recovery_code_used" in await kinds_of_events(alice)


async def test_promise_5_a_first_step_begins_one_session(
    seed: str, traveller: time_machine.Traveller
) -> None:
    step = await first_step()
    await sign_in_by(code_of(seed), step)
    traveller.shift(timedelta(minutes=1))

    with pytest.raises(Unauthenticated):
        await sign_in_by(code_of(seed), step)


async def test_a_first_step_is_worth_nothing_after_a_change_of_the_password(
    alice: Actor, seed: str
) -> None:
    step = await first_step()
    new = SecretStr("teapot over eight rivers")
    await password_change.change_password(
        alice, PasswordChange(current_password=SECRET, new_password=new), visit_by()
    )

    with pytest.raises(Unauthenticated):
        await sign_in_by(code_of(seed), step)


async def test_a_first_step_lasts_five_minutes(
    seed: str, traveller: time_machine.Traveller
) -> None:
    with pytest.raises(CodeNeeded) as needed:
        await sessions.sign_in_web(credentials_of("alice"), visit_by())

    traveller.shift(timedelta(minutes=5, seconds=11))

    with pytest.raises(Unauthenticated):
        tokens.verify("mfa", needed.value.step_token)


async def test_a_wrong_password_is_answered_alike_with_and_without_a_code(
    alice: Actor, bob: Actor, seed: str
) -> None:
    """Nothing but the right password tells that there is a second factor, or spends its code."""
    wrong = SecretStr("not hers at all")
    code = code_of(seed)
    for name in ("alice", "bob", "nobody"):
        for typed in ("", code):
            with pytest.raises(WrongCredentials) as refusal:
                await api_sessions.sign_in(
                    Credentials(email=f"{name}@example.org", password=wrong),
                    visit_by("api"),
                    typed,
                )
            assert refusal.value.args == ()

    assert await api_sessions.sign_in(credentials_of("alice"), visit_by("api"), code)
    assert await api_sessions.sign_in(credentials_of("bob"), visit_by("api"), "no such code")


async def test_guessing_codes_is_slowed_and_a_recovery_code_still_lets_the_owner_in(
    alice: Actor, seed: str
) -> None:
    recovery, *_ = await act(second_factor.make_recovery_codes, alice)
    step = await first_step()
    for _ in range(6):
        with pytest.raises(WrongCode):
            await sign_in_by("000000", step)

    with pytest.raises(TooManyAttempts) as refusal:
        await sign_in_by(code_of(seed), step)
    assert 0 < refusal.value.retry_after_seconds <= 60
    assert await sign_in_by(recovery, step)


async def test_guesses_from_many_networks_are_counted_together(seed: str) -> None:
    step = await first_step()
    for number in range(throttle.CODES_PER_ACCOUNT.amount):
        with pytest.raises(WrongCode):
            await second_step.sign_in_by_code(
                step, "000000", visit_by(address=f"198.51.100.{number}")
            )

    with pytest.raises(TooManyAttempts):
        await second_step.sign_in_by_code(step, code_of(seed), visit_by(address="203.0.113.9"))


async def test_recovery_codes_are_told_once_and_each_is_good_once(alice: Actor, seed: str) -> None:
    codes = await act(second_factor.make_recovery_codes, alice)

    assert len(set(codes)) == 10
    assert await act(second_factor.make_recovery_codes, alice) == []
    assert await sign_in_by(codes[0].upper().replace("-", " "))
    with pytest.raises(WrongCode):
        await sign_in_by(codes[0])
    await second_factor.drop_recovery_codes(alice, SECRET, visit_by())
    with pytest.raises(WrongCode):
        await sign_in_by(codes[1])
    assert not {*await act(second_factor.make_recovery_codes, alice)} & {*codes}


async def test_two_who_ask_for_recovery_codes_at_once_are_told_one_set(
    alice: Actor, seed: str
) -> None:
    answers = await asyncio.gather(
        *(act(second_factor.make_recovery_codes, alice) for _ in range(3))
    )

    assert sorted(map(len, answers)) == [0, 0, 10]


async def test_a_recovery_code_of_somebody_else_opens_nothing(
    alice: Actor, bob: Actor, seed: str, traveller: time_machine.Traveller
) -> None:
    await switch_on(bob, traveller)
    his, *_ = await act(second_factor.make_recovery_codes, bob)

    with pytest.raises(WrongCode):
        await sign_in_by(his)
    with pytest.raises(NotFound):
        await act(second_factor.make_recovery_codes, await without_factor())


async def without_factor() -> Actor:
    from tests.cast import sign_up

    return await sign_up("dora")


async def test_promise_9_neither_seed_nor_code_is_in_the_database_in_clear(
    alice: Actor, seed: str
) -> None:
    codes = await act(second_factor.make_recovery_codes, alice)
    async with reading() as db:
        rows = [
            str(tuple(row))
            for table in ("totp_factors", "recovery_codes", "security_events")
            for row in await db.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - our own
        ]

    stored = "\n".join(rows)
    assert len(rows) > 10
    for secret in (seed, *codes, *(code.replace("-", "") for code in codes)):
        assert secret not in stored


async def test_switched_off_a_password_is_enough_again(alice: Actor, seed: str) -> None:
    await second_factor.switch_off(alice, SECRET, visit_by())

    assert await sign_in("alice")
    found = await act(second_factor.get_second_factor, alice)
    assert (found.is_on, found.recovery_codes_left) == (False, None)


async def test_a_sign_in_does_not_slip_in_behind_the_switch(
    alice: Actor, traveller: time_machine.Traveller
) -> None:
    """Whoever signs in at the same moment needs a code, or is signed out again."""
    seed = await begin(alice)
    confirmation = Confirmation(code=code_of(seed), current_password=SECRET)

    _, *answers = await asyncio.gather(
        second_factor.switch_on(alice, confirmation, visit_by()),
        *(sign_in("alice") for _ in range(4)),
        return_exceptions=True,
    )

    for answer in answers:
        assert isinstance(answer, TodoError) or not await is_alive(answer)


async def test_the_encryption_key_rotates_and_the_old_one_is_removed(
    seed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = "k1-Old_0123456789abcdefghijklmnopq", "k2-New_0123456789abcdefghijklmnopq"

    def use_keys(*keys: str) -> None:
        monkeypatch.setenv("ENCRYPTION_KEY", ",".join(keys))
        settings.get_settings.cache_clear()
        encryption._ring.cache_clear()

    kept = settings.get_settings().encryption_keys
    use_keys(old, *kept)
    assert await act(second_factor.encrypt_seeds_anew) == 1
    use_keys(new, old)
    assert await sign_in_by(code_of(seed))
    assert await act(second_factor.encrypt_seeds_anew) == 1
    use_keys(new)
    assert await sign_in_by(code_of(seed, steps=1))
    use_keys(old)
    with pytest.raises(Unavailable):
        await sign_in_by("000000")


async def test_a_key_is_derived_once_for_however_many_seeds(
    alice: Actor, bob: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    derived: list[str] = []
    derive = encryption._derived

    def count(key: str) -> bytes:
        derived.append(key)
        return derive(key)

    monkeypatch.setattr(encryption, "_derived", count)
    encryption._ring.cache_clear()
    for actor in (alice, bob):
        await begin(actor)

    assert await act(second_factor.encrypt_seeds_anew) == 0
    assert len(derived) == 1


async def test_production_without_a_key_has_no_second_factor_by_codes(
    alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("JWT_SECRET", "kJ8s2-Qx_vB5nM7wE3rT9yU1iO4pA6dF0gH")
    settings.get_settings.cache_clear()

    assert not (await act(second_factor.get_second_factor, alice)).is_possible
    with pytest.raises(CodesOff):
        await begin(alice)


async def test_a_clock_that_was_set_back_lets_no_used_code_in_again(seed: str) -> None:
    async with transaction() as db:
        present = int(datetime.now(UTC).timestamp()) // totp.STEP_SECONDS
        await db.execute(update(TotpFactor).values(last_step=present + 10))
        assert (await db.scalars(select(col(TotpFactor.last_step)))).one() == present + 10

    with pytest.raises(WrongCode):
        await sign_in_by(code_of(seed))


async def test_a_code_does_not_open_an_account_that_was_disabled_meanwhile(seed: str) -> None:
    step = await first_step()
    await act(closing.disable_account, email_of("alice"))

    with pytest.raises(Unauthenticated):
        await sign_in_by(code_of(seed), step)
