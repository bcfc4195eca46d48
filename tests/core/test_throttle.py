from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine

from tests.cast import visit_by
from todo_app.core import bus, throttle
from todo_app.core.bus import News
from todo_app.core.errors import TooManyAttempts, WrongCredentials
from todo_app.core.visits import Visit

HERE = visit_by(address="192.0.2.1")
ELSEWHERE = visit_by(address="198.51.100.7")


def fail(times: int, account: str = "alice@example.org", address: str = "192.0.2.1") -> None:
    for _ in range(times):
        with (
            contextlib.suppress(WrongCredentials),
            throttle.sign_in_attempt(account, visit_by(address=address)),
        ):
            raise WrongCredentials


def attempt(account: str, visit: Visit) -> None:
    with throttle.sign_in_attempt(account, visit):
        pass


def test_a_sixth_failure_in_a_minute_slows_the_next_sign_in() -> None:
    fail(6)

    with pytest.raises(TooManyAttempts) as refusal:
        attempt("alice@example.org", HERE)

    assert 1 <= refusal.value.retry_after_seconds <= 60


def test_five_failures_slow_nobody() -> None:
    fail(5)

    attempt("alice@example.org", HERE)


def test_failures_from_elsewhere_leave_the_owner_alone() -> None:
    for number in range(5):
        fail(6, address=f"198.51.100.{number}")

    attempt("alice@example.org", HERE)


def test_failures_of_one_account_leave_another_alone() -> None:
    fail(6)

    attempt("bob@example.org", HERE)


def test_a_network_that_tries_many_accounts_is_slowed() -> None:
    for number in range(40):
        fail(1, account=f"{number}@example.org")

    with pytest.raises(TooManyAttempts):
        attempt("alice@example.org", HERE)
    attempt("alice@example.org", ELSEWHERE)


def test_an_account_tried_from_many_networks_is_slowed() -> None:
    for number in range(60):
        fail(1, address=f"10.0.0.{number}")

    with pytest.raises(TooManyAttempts):
        attempt("alice@example.org", HERE)


def test_addresses_of_one_ipv6_subscriber_count_together() -> None:
    for number in range(6):
        fail(1, address=f"2001:db8:1:2::{number}")

    with pytest.raises(TooManyAttempts):
        attempt("alice@example.org", visit_by(address="2001:db8:1:2:ffff::1"))


def test_promise_3_nobody_is_locked_out_for_good() -> None:
    with time_machine.travel(datetime(2026, 3, 1, tzinfo=UTC), tick=False) as traveller:
        fail(6)
        with pytest.raises(TooManyAttempts) as refusal:
            attempt("alice@example.org", HERE)

        traveller.shift(refusal.value.retry_after_seconds)

        attempt("alice@example.org", HERE)


def test_a_sign_in_that_does_not_fail_does_not_count() -> None:
    for _ in range(100):
        attempt("alice@example.org", HERE)


def test_attempts_under_way_count_until_they_end() -> None:
    with contextlib.ExitStack() as running:
        for _ in range(6):
            running.enter_context(throttle.sign_in_attempt("alice@example.org", HERE))
        with pytest.raises(TooManyAttempts) as refusal:
            attempt("alice@example.org", HERE)
    assert refusal.value.retry_after_seconds == 1

    attempt("alice@example.org", HERE)
    assert not throttle._running


def test_sign_ups_of_one_network_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGN_UPS_PER_HOUR", "3")
    for _ in range(3):
        throttle.admit_sign_up(HERE)

    with pytest.raises(TooManyAttempts) as refusal:
        throttle.admit_sign_up(HERE)

    assert 1 <= refusal.value.retry_after_seconds <= 3_600
    throttle.admit_sign_up(ELSEWHERE)


def test_what_is_tried_at_another_process_counts_here_too() -> None:
    told: list[News] = []
    bus.subscribe(told.append)
    fail(2)
    bus.unsubscribe(told.append)
    assert {news.limit for news in told} == {"pair", "account", "network"}

    for news in told * 2:
        bus.tell(news)

    with pytest.raises(TooManyAttempts):
        attempt("alice@example.org", HERE)


def test_the_page_on_security_says_what_the_limits_are() -> None:
    page = (Path(__file__).parents[2] / "docs" / "security.md").read_text("utf-8")

    for words in (
        f"{throttle.PER_ACCOUNT_AND_NETWORK.amount} wrong ones a minute from one network at one",
        f"{throttle.PER_ACCOUNT.amount} in ten minutes at one account",
        f"{throttle.PER_NETWORK.amount} in five minutes from one network",
        f"{throttle.CODES_PER_ACCOUNT_AND_NETWORK.amount} wrong codes a minute",
        f"{throttle.CODES_PER_ACCOUNT.amount} an hour at one account",
        f"{throttle.BAD_TOKENS.amount} bad ones a minute from one network",
        f"{throttle.LINKS_PER_NETWORK.amount} tries in five minutes from one network",
        f"{throttle.MAIL_PER_ACCOUNT_AND_NETWORK.amount} in half an hour to one address from one",
        f"{throttle.MAIL_PER_ACCOUNT.amount} in half an hour to one address;",
        f"{throttle.MAIL_PER_NETWORK.amount} an hour from one network",
    ):
        assert words in page
