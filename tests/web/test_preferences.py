from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from starlette.datastructures import MutableHeaders

from tests.web.browser import AUTH, LIST, PREFERENCE, Browser, Tab
from todo_app.core.settings import get_settings
from todo_app.web import theme
from todo_app.web.messages import FIELD_MESSAGES

PATH = "/settings/preferences"
# One of the two has another day than UTC, whenever this runs.
FAR_ZONES = ("Pacific/Kiritimati", "Pacific/Pago_Pago")


async def choose(tab: Tab, preference: str, choice: str) -> None:
    await tab.ask(f"{PREFERENCE}.choose", preference=preference, choice=choice)


async def test_a_choice_is_kept_and_told(alice: Browser) -> None:
    async with alice.tab(PATH) as tab:
        for preference, choice in (
            ("name", "Alice  Adams "),
            ("time_zone", "Asia/Tokyo"),
            ("date_order", "month_first"),
            ("theme", "dark"),
            ("week_start", "sunday"),
            ("reminder_mail", "off"),
        ):
            await choose(tab, preference, choice)
            assert tab.shown["auth_state.notice"]["text"] == "Saved"
            assert tab.shown["auth_state.user"][preference] == choice.strip()

    assert alice.backend.rows(
        "SELECT name, time_zone, date_order, theme, week_start, reminder_mail FROM users "
        "WHERE email = :email",
        email=alice.email,
    ) == [("Alice  Adams", "Asia/Tokyo", "month_first", "dark", "sunday", "off")]


async def test_what_was_told_stays_on_its_page_unless_it_can_be_undone(alice: Browser) -> None:
    told = []
    async with alice.tab(PATH) as tab:
        await choose(tab, "theme", "dark")
        for path in (PATH, "/today"):
            await tab.load(path)
            await tab.settle()
            told.append(tab.shown["auth_state.notice"]["text"])
        await tab.add("Feed the cat")
        await tab.load("/inbox")
        await tab.settle()
        told.append(tab.shown["auth_state.notice"]["text"])

    assert told == ["Saved", "", "Added “Feed the cat”"]


@pytest.mark.parametrize(
    ("preference", "choice", "reason"),
    [
        ("name", " ", "required"),
        ("name", "n" * 101, "name"),
        ("theme", "pink", "required"),
        ("time_zone", "Mars/Olympus", "required"),
    ],
)
async def test_a_choice_that_cannot_be_used_says_so_and_changes_nothing(
    alice: Browser, preference: str, choice: str, reason: str
) -> None:
    async with alice.tab(PATH) as tab:
        before = tab.shown["auth_state.user"]
        await choose(tab, preference, choice)

        assert tab.shown["preference_state.errors"] == {preference: FIELD_MESSAGES[reason]}
        assert tab.shown["auth_state.user"] == before


async def test_a_changed_zone_shows_in_other_open_pages_at_the_next_event(alice: Browser) -> None:
    async with alice.tab("/today") as list_tab, alice.tab(PATH) as settings:
        await list_tab.ask(f"{LIST}.show_list", name="today")
        for zone in FAR_ZONES:
            await choose(settings, "time_zone", zone)
            await list_tab.ask(f"{AUTH}.close_notice")

            here = datetime.now(ZoneInfo(zone))
            assert list_tab.shown["auth_state.user"]["time_zone"] == zone
            assert list_tab.shown["task_list_state.day"].endswith(f"{here.day} {here:%B}")


@pytest.mark.parametrize(
    ("chosen", "kind", "cookie"),
    [
        ("dark", "text/html; charset=utf-8", "todo_theme=dark; Path=/; Max-Age=60; SameSite=Lax"),
        ("dark", "application/json", None),
        (None, "text/html", None),
    ],
)
def test_a_page_brings_the_theme_along(chosen: str | None, kind: str, cookie: str | None) -> None:
    answer = MutableHeaders({"content-type": kind})

    theme.hand_over(answer, {"type": "http", theme.SCOPE_KEY: chosen})

    assert answer.get("set-cookie") == cookie


def test_the_theme_travels_bound_to_its_host_where_there_is_https(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("JWT_SECRET", "kJ8s2-Qx_vB5nM7wE3rT9yU1iO4pA6dF0gH")
    monkeypatch.setenv("PUBLIC_URL", "https://todo.example.org")
    get_settings.cache_clear()
    answer = MutableHeaders({"content-type": "text/html"})

    theme.hand_over(answer, {"type": "http", theme.SCOPE_KEY: "dark"})

    cookie = "__Host-todo_theme=dark; Path=/; Max-Age=60; SameSite=Lax; Secure"
    assert answer["set-cookie"] == cookie
