from __future__ import annotations

import secrets

import pytest

from tests.cast import PASSWORD
from tests.mailbox import Mailbox, link_in
from tests.web.backend import Backend
from tests.web.browser import Browser, headers_of
from tests.web.conftest import Visit
from tests.web.test_recovery import open_mailed_link, where
from todo_app.web.messages import FIELD_MESSAGES


@pytest.fixture
def backend(mailing_backend: Backend) -> Backend:
    return mailing_backend


async def test_an_account_is_opened_by_a_mailed_link_and_the_chosen_password(
    post_office: Mailbox, stranger: Browser, visit: Visit
) -> None:
    email, elsewhere = f"dora-{secrets.token_hex(6)}@example.org", visit()
    asked = stranger.post("/auth/sign-up", email=email, password=PASSWORD, time_zone="Asia/Tokyo")
    assert where(asked, stranger) == "/sign-up-sent"
    assert stranger.token == ""
    link = link_in(post_office.wait_for(email))
    assert open_mailed_link(elsewhere, link) == "/confirm-sign-up"

    refused = elsewhere.post("/auth/confirm-sign-up", password="not what was chosen")
    assert where(refused, elsewhere) == "/confirm-sign-up"
    async with elsewhere.tab("/confirm-sign-up") as tab:
        assert tab.shown["account_form_state.errors"] == {"password": FIELD_MESSAGES["not_chosen"]}
    opened = elsewhere.post("/auth/confirm-sign-up", password=PASSWORD)

    assert where(opened, elsewhere) == "/today"
    assert "todo_link" not in elsewhere.http.cookies
    assert open_mailed_link(stranger, link) == "/link-spent"
    again = stranger.post("/auth/sign-up-again", email=email)
    assert where(again, stranger) == "/sign-up-sent?again=1"
    assert post_office.wait_for(email, 2)["Subject"] == "You have an account already"


def test_known_and_unknown_addresses_are_answered_alike(confirmed: Browser, visit: Visit) -> None:
    for form in ("/auth/sign-up", "/auth/sign-up-again"):
        known, unknown = (
            visit().post(form, email=email, password=PASSWORD)
            for email in (confirmed.email, f"{secrets.token_hex(6)}@example.org")
        )
        assert headers_of(known) == headers_of(unknown)
        assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
