from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.cast import PASSWORD
from tests.mailbox import Mailbox, link_in
from tests.web.backend import Backend
from tests.web.browser import FORGOTTEN, RESET, Browser, headers_of
from tests.web.conftest import Visit
from todo_app.web.messages import FIELD_MESSAGES

NEW = "teapot over eight rivers"


@pytest.fixture
def alice(confirmed: Browser) -> Browser:
    return confirmed


@pytest.fixture
def backend(mailing_backend: Backend) -> Backend:
    return mailing_backend


def where(answer: object, browser: Browser) -> str:
    """Where an answer leads."""
    assert answer.status_code == 303
    return str(answer.headers["location"]).removeprefix(browser.backend.origin)


def open_mailed_link(browser: Browser, link: str) -> str:
    """Click a link in a mail, which sends no origin; where it leads."""
    return where(browser.get(urlsplit(link).path), browser)


def ask_and_open(browser: Browser, post_office: Mailbox, email: str) -> None:
    asked = browser.post("/auth/forgot-password", email=email)
    assert where(asked, browser) == "/link-sent"
    assert open_mailed_link(browser, link_in(post_office.wait_for(email))) == "/reset-password"


async def test_a_forgotten_password_is_replaced_by_the_link_in_a_mail(
    post_office: Mailbox, alice: Browser, visit: Visit
) -> None:
    elsewhere = visit()
    ask_and_open(elsewhere, post_office, alice.email)
    token = elsewhere.http.cookies["todo_link"]
    async with elsewhere.tab("/reset-password") as tab:
        assert not tab.knows(token)

    async with alice.tab("/today") as tab:
        answer = elsewhere.post("/auth/reset-password", new_password=NEW)
        await tab.until(lambda: tab.is_closed)

    assert where(answer, elsewhere) == "/sign-in?reset=1"
    assert "todo_link" not in elsewhere.http.cookies
    assert elsewhere.token == ""
    assert elsewhere.sign_in(alice.email, NEW)
    for secret in (token, NEW, PASSWORD):
        assert secret not in alice.backend.log_text()


async def test_somebody_who_is_signed_in_can_open_a_link_too(
    post_office: Mailbox, alice: Browser
) -> None:
    ask_and_open(alice, post_office, alice.email)
    async with alice.tab("/reset-password") as tab:
        assert tab.redirects == []

    assert where(alice.post("/auth/reset-password", new_password=NEW), alice) == "/sign-in?reset=1"
    assert where(alice.get("/today"), alice) == "/sign-in?ended=1"


async def test_a_password_that_is_refused_leaves_the_link_good(
    post_office: Mailbox, alice: Browser, visit: Visit
) -> None:
    browser = visit()
    ask_and_open(browser, post_office, alice.email)

    refused = browser.post("/auth/reset-password", new_password="short")

    assert where(refused, browser) == "/reset-password"
    async with browser.tab("/reset-password") as tab:
        assert tab.shown["account_form_state.errors"] == {
            "new_password": FIELD_MESSAGES["too_short"]
        }
        assert tab.redirects == []
        await tab.ask(f"{RESET}.show_form")
        assert tab.shown["account_form_state.errors"] == {}
    done = browser.post("/auth/reset-password", new_password=NEW)
    assert where(done, browser) == "/sign-in?reset=1"


def test_a_spent_link_is_said_to_be_one(post_office: Mailbox, alice: Browser) -> None:
    asked = alice.post("/auth/forgot-password", email=alice.email)
    assert where(asked, alice) == "/link-sent"
    link = link_in(post_office.wait_for(alice.email))
    # Looking at it, as a mail program does, does not spend it.
    assert [open_mailed_link(alice, link) for _ in range(2)] == ["/reset-password"] * 2
    alice.post("/auth/reset-password", new_password=NEW)

    assert open_mailed_link(alice, link) == "/link-spent"
    again = alice.post("/auth/reset-password", new_password=NEW)
    assert where(again, alice) == "/link-spent"


@pytest.mark.parametrize(
    "path", ["reset-password/none", "nothing/none", "reset-password/%00", "reset-password/%ED%A0"]
)
def test_what_is_no_link_leads_to_the_page_that_says_so(stranger: Browser, path: str) -> None:
    assert where(stranger.get(f"/auth/link/{path}"), stranger) == "/link-spent"
    assert "todo_link" not in stranger.http.cookies


def test_known_and_unknown_addresses_are_answered_alike(alice: Browser, visit: Visit) -> None:
    known = visit().post("/auth/forgot-password", email=alice.email)
    unknown = visit().post("/auth/forgot-password", email="nobody@example.org")

    assert headers_of(known) == headers_of(unknown)
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)


def test_the_host_of_the_link_is_never_taken_from_the_request(
    post_office: Mailbox, alice: Browser
) -> None:
    for header in ("Host", "X-Forwarded-Host"):
        alice.http.post(
            "/auth/forgot-password",
            data={"email": alice.email},
            headers={"Origin": alice.backend.origin, header: "evil.example"},
        )

    mail = post_office.wait_for(alice.email, 2)

    assert link_in(mail).startswith(f"{alice.backend.origin}/auth/link/reset-password/")
    assert "evil.example" not in str(mail)


async def test_what_is_wrong_with_the_address_and_how_long_to_wait_is_said(
    stranger: Browser,
) -> None:
    stranger.post("/auth/forgot-password", email="nobody")
    async with stranger.tab("/forgot-password") as tab:
        assert tab.shown["account_form_state.errors"] == {"email": FIELD_MESSAGES["email"]}
        assert tab.shown["account_form_state.email"] == "nobody"
    for _ in range(4):
        stranger.post("/auth/forgot-password", email="nobody@example.org")
    async with stranger.tab("/forgot-password") as tab:
        error = tab.shown["account_form_state.errors"]["form"]
        assert error.startswith("Too many attempts. Try again in ")
        await tab.ask(f"{FORGOTTEN}.show_form")
        assert tab.shown["account_form_state.errors"] == {}


@pytest.mark.parametrize("form", ["/auth/forgot-password", "/auth/reset-password"])
def test_a_form_sent_from_elsewhere_is_refused(alice: Browser, form: str) -> None:
    answer = alice.http.post(form, data={}, headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403
    assert alice.http.post("/auth/link/reset-password/none").status_code == 403
