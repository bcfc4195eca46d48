from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.cast import PASSWORD
from tests.web.browser import SECURITY, Browser, Tab
from tests.web.conftest import Visit
from todo_app.core import audit
from todo_app.web import wording
from todo_app.web.messages import ALARMS, EVENT_MESSAGES, FIELD_MESSAGES

PATH = "/settings/security"


async def show(tab: Tab) -> list[dict[str, Any]]:
    """The sessions that the screen lists."""
    await tab.ask(f"{SECURITY}.show_security")
    assert tab.shown["security_state.is_loaded"] is True
    rows: list[dict[str, Any]] = tab.shown["security_state.session_rows"]
    return rows


def told(tab: Tab) -> str:
    text: str = tab.shown["auth_state.notice"]["text"]
    return text


@pytest.fixture
def phone(alice: Browser, visit: Visit) -> Browser:
    """Alice's other browser."""
    other = visit()
    other.sign_in(alice.email)
    return other


async def test_the_screen_lists_where_one_is_signed_in(alice: Browser, phone: Browser) -> None:
    async with phone.tab(PATH) as tab:
        here, other = await show(tab)

    assert (here["is_current"], here["used"]) == (True, "In use now")
    assert (other["is_current"], other["used"]) == (False, "Last used a few minutes ago")
    assert other["device"] == "Python"
    assert other["place"].startswith("Web · 203.")
    assert other["since"].startswith("Signed in Today ")


async def test_ending_a_session_closes_its_pages_and_drops_its_row(
    alice: Browser, phone: Browser
) -> None:
    async with alice.tab(PATH) as desk, phone.tab("/today") as hand:
        other = (await show(desk))[1]

        await desk.ask(f"{SECURITY}.end_session", session_id=other["id"])

        await hand.until(lambda: hand.is_closed)
        assert [row["is_current"] for row in await show(desk)] == [True]
        assert told(desk) == "Session ended. That device is signed out."
        await desk.ask(f"{SECURITY}.end_session", session_id=other["id"])
        assert told(desk) == "That session had already ended."


async def test_ending_all_others_leaves_this_page_open(
    alice: Browser, phone: Browser, visit: Visit
) -> None:
    visit().sign_in(alice.email)
    async with alice.tab(PATH) as desk, phone.tab("/today") as hand:
        assert len(await show(desk)) == 3
        assert desk.shown["security_state.has_others"] is True

        await desk.ask(f"{SECURITY}.end_other_sessions")

        await hand.until(lambda: hand.is_closed)
        assert told(desk) == "2 other sessions ended."
        assert len(await show(desk)) == 1
        assert desk.shown["security_state.has_others"] is False


async def test_a_session_of_another_is_answered_as_an_unknown_one(
    alice: Browser, bob: Browser
) -> None:
    async with alice.tab(PATH) as hers:
        [row] = await show(hers)
    answers = []
    for session_id in (row["id"], str(uuid4())):
        async with bob.tab(PATH) as his:
            answers.append(await his.ask(f"{SECURITY}.end_session", session_id=session_id))
            assert told(his) == "That session had already ended."
            assert row["id"] not in [one["id"] for one in await show(his)]

    assert answers[0] == answers[1] != []
    async with alice.tab(PATH) as hers:
        assert [one["id"] for one in await show(hers)] == [row["id"]]


NEW = "teapot over eight rivers"


def change(browser: Browser, current: str = PASSWORD, new: str = NEW) -> str:
    """Send the form; where it leads."""
    answer = browser.post("/auth/password", current_password=current, new_password=new)
    assert answer.status_code == 303
    return answer.headers["location"].removeprefix(browser.backend.origin)


async def test_a_changed_password_is_told_and_ends_the_other_sessions(
    alice: Browser, phone: Browser, visit: Visit
) -> None:
    async with phone.tab("/today") as hand:
        assert change(alice) == PATH
        await hand.until(lambda: hand.is_closed)
    async with alice.tab(PATH) as tab:
        await show(tab)
        assert told(tab) == "Password changed. All other sessions have ended."
        assert tab.shown["security_state.errors"] == {}
    assert visit().sign_in(alice.email, NEW)
    assert PASSWORD not in alice.backend.log_text()
    assert NEW not in alice.backend.log_text()


@pytest.mark.parametrize(
    ("current", "new", "errors"),
    [
        ("not hers at all", NEW, {"current_password": FIELD_MESSAGES["wrong"]}),
        (PASSWORD, "teapot", {"new_password": FIELD_MESSAGES["too_short"]}),
        (PASSWORD, "password1", {"new_password": FIELD_MESSAGES["common"]}),
        ("", "", {"new_password": FIELD_MESSAGES["too_short"]}),
    ],
)
async def test_a_refused_change_is_told_at_its_field_once(
    alice: Browser, phone: Browser, current: str, new: str, errors: dict[str, str]
) -> None:
    assert change(alice, current, new) == PATH

    async with alice.socket(PATH) as tab:
        await show(tab)
        assert tab.shown["security_state.errors"] == errors
        for secret in {current, new, PASSWORD} - {""}:
            assert not tab.knows(secret)
        assert len(await show(tab)) == 2
        assert tab.shown["security_state.errors"] == {}


async def test_the_screen_shows_what_happened_to_this_account_alone(
    alice: Browser, bob: Browser
) -> None:
    change(alice, current="not hers at all")
    texts = []
    for browser in (alice, bob):
        async with browser.tab(PATH) as tab:
            await show(tab)
            texts.append([row["text"] for row in tab.shown["security_state.event_rows"]])

    assert texts == [
        ["Wrong current password at a change", "Signed in", "Account opened"],
        ["Signed in", "Account opened"],
    ]


def test_every_kind_of_event_has_its_words() -> None:
    assert EVENT_MESSAGES.keys() == set(audit.KINDS)
    assert EVENT_MESSAGES.keys() > ALARMS


def test_a_stranger_changes_no_password(stranger: Browser) -> None:
    ended = "/sign-in?next=%2Fsettings%2Fsecurity&ended=1"
    assert change(stranger) == ended


def test_a_change_sent_from_elsewhere_is_refused(alice: Browser) -> None:
    fields = {"current_password": PASSWORD, "new_password": NEW}
    for origin in ("https://evil.example", "null"):
        answer = alice.http.post("/auth/password", data=fields, headers={"Origin": origin})
        assert answer.status_code == 403
    assert change(alice) == PATH


def test_a_stranger_is_sent_to_sign_in_and_back(stranger: Browser, alice: Browser) -> None:
    origin = stranger.backend.origin
    sign_in = f"{origin}/sign-in?next=%2Fsettings%2Fsecurity"
    assert stranger.get(PATH).headers["location"] == sign_in
    fields = {"email": alice.email, "password": PASSWORD, "next": PATH}
    assert stranger.post("/auth/sign-in", **fields).headers["location"] == origin + PATH


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "a few minutes ago"),
        (9, "a few minutes ago"),
        (10, "10 minutes ago"),
        (59, "59 minutes ago"),
        (60, "Today 16:00"),
        (24 * 60, "Yesterday 17:00"),
        (400 * 24 * 60, "Tue 16 Sep 2025 17:00"),
    ],
)
def test_how_long_ago_is_told_in_words(minutes: int, text: str) -> None:
    now = datetime(2026, 10, 21, 16, tzinfo=UTC)

    moment = now - timedelta(minutes=minutes)
    assert wording.ago_text(moment, now, "Europe/Lisbon") == text
