from __future__ import annotations

import pytest

from tests.cast import PASSWORD
from tests.mailbox import Mailbox, link_in
from tests.web.browser import ACCOUNT as ACCOUNT_PAGE
from tests.web.browser import EMAIL_CHANGE, Browser
from tests.web.conftest import Visit
from tests.web.test_recovery import open_mailed_link, where
from todo_app.web.messages import FIELD_MESSAGES

ACCOUNT = "/settings/account"


def new_email(browser: Browser) -> str:
    return f"new-{browser.email}"


def ask(browser: Browser, email: str, password: str = PASSWORD) -> str:
    fields = {"new_email": email, "password": password}
    return where(browser.post("/auth/email", **fields), browser)


@pytest.fixture
def alice(confirmed: Browser) -> Browser:
    return confirmed


@pytest.fixture
def backend(mailing_backend: object) -> object:
    return mailing_backend


async def test_an_address_is_changed_by_the_link_mailed_to_it(
    post_office: Mailbox, alice: Browser, visit: Visit
) -> None:
    new, elsewhere = new_email(alice), visit()
    assert ask(alice, new) == ACCOUNT
    async with alice.socket(ACCOUNT) as tab:
        await tab.ask(f"{ACCOUNT_PAGE}.show_account")
        told = tab.shown["auth_state.notice"]["text"]
        assert told.startswith("A link is on its way to the new address.")
    link = link_in(post_office.wait_for(new))

    assert open_mailed_link(elsewhere, link) == "/confirm-email"
    assert where(elsewhere.post("/auth/confirm-email"), elsewhere) == "/email-changed"

    assert elsewhere.sign_in(new)
    assert open_mailed_link(elsewhere, link) == "/link-spent"
    assert where(elsewhere.post("/auth/confirm-email"), elsewhere) == "/link-spent"


async def test_the_screen_says_which_address_waits_and_takes_it_back(
    post_office: Mailbox, alice: Browser
) -> None:
    new = new_email(alice)
    ask(alice, new)
    link = link_in(post_office.wait_for(new))

    async with alice.socket(ACCOUNT) as tab:
        await tab.ask(f"{ACCOUNT_PAGE}.show_account")
        waits = tab.shown["email_change_state.pending_email"]
        told = []
        for _ in range(2):
            await tab.ask(f"{EMAIL_CHANGE}.drop_pending_email")
            told.append(tab.shown["auth_state.notice"]["text"])
        left = tab.shown["email_change_state.pending_email"]

    assert (waits, left) == (new, "")
    assert [text.partition(" ")[0] for text in told] == ["Taken", "Nothing"]
    assert open_mailed_link(alice, link) == "/link-spent"


@pytest.mark.parametrize(
    ("email", "password", "errors"),
    [
        ("nobody", PASSWORD, {"new_email": FIELD_MESSAGES["email"]}),
        ("a@example.net", "not hers at all", {"password": FIELD_MESSAGES["wrong"]}),
    ],
)
async def test_what_is_wrong_is_told_at_its_field_and_the_address_comes_back(
    alice: Browser, email: str, password: str, errors: dict[str, str]
) -> None:
    assert ask(alice, email, password) == ACCOUNT

    async with alice.socket(ACCOUNT) as tab:
        await tab.ask(f"{ACCOUNT_PAGE}.show_account")
        assert tab.shown["email_change_state.errors"] == errors
        assert tab.shown["email_change_state.new_email"] == email
        assert not tab.knows(password)


def test_a_stranger_changes_no_address(stranger: Browser) -> None:
    assert ask(stranger, "a@example.net") == "/sign-in?next=%2Fsettings%2Faccount&ended=1"
    assert where(stranger.post("/auth/confirm-email"), stranger) == "/link-spent"
