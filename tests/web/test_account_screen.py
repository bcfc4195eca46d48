from __future__ import annotations

import pytest

from tests.cast import PASSWORD
from tests.web.browser import AUTH, Browser
from tests.web.conftest import Visit
from todo_app.web.messages import FIELD_MESSAGES

ACCOUNT = f"{AUTH}.todo_app___web___pages___account____account_state"
PATH = "/settings/account"


def close(browser: Browser, **fields: str) -> str:
    """Send the form; where it leads."""
    known = {"email": browser.email, "current_password": PASSWORD}
    answer = browser.post("/auth/close", **{**known, **fields})
    assert answer.status_code == 303
    return answer.headers["location"].removeprefix(browser.backend.origin)


def test_everything_is_exported_by_one_click(alice: Browser) -> None:
    answer = alice.post("/auth/export")

    assert answer.headers["content-disposition"].startswith('attachment; filename="todo-app-')
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["account"]["email"] == alice.email


def test_nobody_exports_for_somebody_else(alice: Browser, stranger: Browser) -> None:
    assert stranger.post("/auth/export").headers["location"].endswith("ended=1")
    for origin in ("https://evil.example", "null"):
        answer = alice.http.post("/auth/export", headers={"Origin": origin})
        assert answer.status_code == 403


async def test_a_closed_account_closes_every_page_and_says_how_to_come_back(
    alice: Browser, visit: Visit
) -> None:
    phone, email = visit(), alice.email
    phone.sign_in(email)
    async with phone.tab("/today") as hand:
        assert close(alice) == "/sign-in?closed=1"
        await hand.until(lambda: hand.is_closed)
    assert alice.token == ""
    async with alice.tab("/sign-in?closed=1") as tab:
        assert "Sign in before then to keep it." in tab.shown["account_form_state.note"]
    alice.sign_in(email)
    assert alice.backend.rows("SELECT closed_at FROM users WHERE email = :e", e=email) == [(None,)]


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"current_password": "not hers"}, {"current_password": FIELD_MESSAGES["wrong"]}),
        ({"email": "bob@example.org"}, {"email": FIELD_MESSAGES["other_email"]}),
        ({"email": "", "current_password": ""}, {"email": FIELD_MESSAGES["other_email"]}),
    ],
)
async def test_a_refused_closing_is_told_at_its_field(
    alice: Browser, fields: dict[str, str], errors: dict[str, str]
) -> None:
    assert close(alice, **fields) == PATH

    async with alice.socket(PATH) as tab:
        await tab.ask(f"{ACCOUNT}.show_account")
        assert tab.shown["account_state.errors"] == errors
        assert not tab.knows(PASSWORD)


def test_a_stranger_closes_nothing(stranger: Browser) -> None:
    assert close(stranger) == "/sign-in?next=%2Fsettings%2Faccount&ended=1"
