"""What is changed of an account in one place shows in every open page about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.cast import PASSWORD
from tests.mailbox import Mailbox, link_in
from tests.web.backend import Backend
from tests.web.browser import (
    ACCOUNT,
    API_TOKENS,
    AUTH,
    LIST,
    PREFERENCE,
    SECURITY,
    Browser,
    Tab,
)
from tests.web.conftest import Visit
from tests.web.test_recovery import open_mailed_link

ACCOUNT_PATH = "/settings/account"
PREFERENCES_PATH = "/settings/preferences"
FACTOR = f"{AUTH}.todo_app___web___pages___second_factor____second_factor_state"


@pytest.fixture(params=["sqlite", "redis"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """State in memory, and state in Redis."""
    return request.getfixturevalue(f"{request.param}_backend")


async def choose(tab: Tab, preference: str, choice: str) -> None:
    await tab.ask(f"{PREFERENCE}.choose", preference=preference, choice=choice)


async def open_page(tab: Tab, handler: str) -> None:
    """Open the page of a tab as its script does; unlike `ask`, the tab stays on it."""
    start = len(tab.frames)
    await tab.send(handler)
    await tab.until(lambda: len(tab.frames) > start)


def user(tab: Tab) -> dict[str, Any]:
    found: dict[str, Any] = tab.shown["auth_state.user"]
    return found


def renewed(tab: Tab) -> dict[str, int]:
    found: dict[str, int] = tab.shown["preference_state.renewed"]
    return found


async def test_what_is_chosen_in_one_tab_shows_in_the_others(alice: Browser, bob: Browser) -> None:
    async with (
        alice.tab(PREFERENCES_PATH) as here,
        alice.tab(ACCOUNT_PATH) as there,
        alice.tab("/today") as today,
        bob.tab(ACCOUNT_PATH) as his,
    ):
        await open_page(there, f"{PREFERENCE}.show_preferences")
        await today.ask(f"{LIST}.show_list", name="today")
        seen = len(his.frames)
        await choose(here, "name", "Alice Adams")
        await choose(here, "theme", "dark")
        await choose(here, "time_zone", "Pacific/Kiritimati")
        now = datetime.now(ZoneInfo("Pacific/Kiritimati"))

        for tab in (there, today):
            await tab.until(lambda tab=tab: user(tab) == user(here))  # type: ignore[misc]
            assert tab.shown["auth_state.themes_told"] == 1
        await today.until(
            lambda: today.shown["task_list_state.day"].endswith(f"{now.day} {now:%B}")
        )
        await there.until(lambda: renewed(there)["time_zone"] == 1)
        assert renewed(there)["name"] == 1
        assert here.shown["auth_state.themes_told"] == 0
        assert await his.settle(seen) == []


async def test_a_field_that_somebody_is_in_is_left_alone_until_it_is_left(alice: Browser) -> None:
    async with alice.tab(ACCOUNT_PATH) as here, alice.tab(ACCOUNT_PATH) as there:
        for tab in (here, there):
            await open_page(tab, f"{PREFERENCE}.show_preferences")
        await here.send(f"{PREFERENCE}.enter_field", preference="name")
        await choose(there, "theme", "dark")
        await choose(there, "name", "Alice Adams")
        await here.until(lambda: user(here)["name"] == "Alice Adams")
        await here.until(lambda: renewed(here)["theme"] == 1)
        assert renewed(here)["name"] == 0

        await choose(here, "name", "Alice")

        assert renewed(here)["name"] == 1, "it was not touched, so that it is not saved"
        assert user(here)["name"] == user(there)["name"] == "Alice Adams"
        await here.send(f"{PREFERENCE}.choose", preference="name", choice=" ")
        await here.until(lambda: "name" in here.shown["preference_state.errors"])
        await choose(there, "name", "Alice B.")
        await choose(there, "theme", "light")
        await here.until(lambda: renewed(here)["theme"] == 2)
        assert user(here)["name"] == "Alice B."
        assert renewed(here)["name"] == 1, "what was refused is still there"


async def test_sessions_and_tokens_and_codes_show_where_they_are_listed(
    alice: Browser, visit: Visit
) -> None:
    async with (
        alice.tab("/settings/security") as security,
        alice.tab("/settings/tokens") as tokens,
        alice.tab("/settings/security/codes") as codes,
        alice.tab("/settings/security/codes") as more_codes,
    ):
        await open_page(security, f"{SECURITY}.show_security")
        await open_page(tokens, f"{API_TOKENS}.show_tokens")
        for tab in (codes, more_codes):
            await open_page(tab, f"{FACTOR}.show_second_factor")

        phone = visit()
        phone.sign_in(alice.email)
        rows = "security_state.session_rows"
        await security.until(lambda: len(security.shown[rows]) == 2)
        phone.post("/auth/sign-out")
        await security.until(lambda: len(security.shown[rows]) == 1)
        alice.post("/auth/tokens", name="Script", scope="read", expires_in_days="7")
        await tokens.until(lambda: len(tokens.shown["api_tokens_state.token_rows"]) == 1)
        await codes.ask(f"{FACTOR}.begin_set_up")
        await more_codes.until(lambda: more_codes.shown["second_factor_state.factor"]["is_begun"])


@pytest.mark.parametrize("backend", ["mailing"], indirect=True)
async def test_an_address_that_is_confirmed_elsewhere_waits_no_more(
    post_office: Mailbox, confirmed: Browser, visit: Visit
) -> None:
    new = f"new-{confirmed.email}"
    async with confirmed.tab(ACCOUNT_PATH) as here:
        await open_page(here, f"{ACCOUNT}.show_account")
        confirmed.post("/auth/email", new_email=new, password=PASSWORD)
        await here.until(lambda: here.shown["email_change_state.pending_email"] == new)
        elsewhere = visit()
        open_mailed_link(elsewhere, link_in(post_office.wait_for(new)))
        elsewhere.post("/auth/confirm-email")

        await here.until(lambda: here.shown["email_change_state.pending_email"] == "")
        assert user(here)["email"] == new
