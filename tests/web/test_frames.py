"""What comes in by a socket is an event that we know, or nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from todo_app import todo_app
from todo_app.web import routes
from todo_app.web.frames import admitted, content
from todo_app.web.reflex_private import PAGE_EVENTS

assert todo_app.app  # the handlers are registered
NAME = min(PAGE_EVENTS)
TASK = "01a1fe18-4d88-758e-9c3c-f83b1a28e1be"


def frame(**parts: object) -> dict[str, Any]:
    """An event as a page sends it, with other parts."""
    place = {"pathname": "/today", "asPath": "/today?x=1", "query": {"x": "1"}}
    return {"name": NAME, "payload": {"a": 1}, "router_data": place, **parts}


def test_an_event_as_a_page_sends_it_is_admitted() -> None:
    assert admitted(frame()) == frame()


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "x\nFORGED",
        5,
        {},
        frame(name="unknown"),
        frame(name=["x"]),
        frame(payload=[]),
        frame(router_data="x"),
        frame(router_data={"pathname": "/sign-in", "asPath": 5}),
        frame(router_data={"pathname": ["/"]}),
        frame(router_data={"pathname": "/" * 20_000}),
        frame(router_data={"query": {"x": {"y": 1}}}),
    ],
)
def test_anything_else_is_refused(data: object) -> None:
    assert admitted(data) is None


@pytest.mark.parametrize("said", ['{"event":1}', "{}", '["event",{"a":1}]', '["client_error",{}]'])
def test_what_the_packet_of_a_page_says_is_read(said: str) -> None:
    assert content(said) == json.loads(said)


@pytest.mark.parametrize(
    "said",
    [
        *("", "[", "[" * 50_000, "[]", "5", '"event"', "[5]", '["ping"]', '["connect",{}]'),
        *('["event"]', '["event",1,2]', '["event",' + "9" * 5_000 + "]"),
    ],
)
def test_a_malformed_packet_is_an_event_that_nobody_hears(said: str) -> None:
    assert content(said) == [""]


def test_nothing_of_a_refused_frame_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    admitted("secret title\nFORGED LINE")
    admitted(frame(name="secret.title"))
    content("secret title\nFORGED LINE")

    assert "secret" not in caplog.text
    assert "FORGED" not in caplog.text


def test_half_a_character_becomes_the_sign_for_it() -> None:
    admitted_frame = admitted(frame(payload={"title": "half \ud83d emoji", "list": ["\udc00"]}))

    assert admitted_frame is not None
    assert admitted_frame["payload"] == {"title": "half \ufffd emoji", "list": ["\ufffd"]}


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        (f"/inbox?task={TASK}", f"/inbox?task={TASK}"),
        (f"/inbox?x=1&task={TASK}", f"/inbox?task={TASK}"),
        ("/inbox?task=//evil.example", "/inbox"),
        ("/inbox?task=", "/inbox"),
        (f"//evil.example?task={TASK}", routes.HOME),
        ("/search?show=caf%C3%A9+%26+x&y=1", "/search?show=caf%C3%A9+%26+x"),
        (f"/filter?show=%0d%0aX&id={TASK}", f"/filter?id={TASK}&show=%0D%0AX"),
        ("/search?show=\ud83d", "/search?show=%3F"),
        ("/search?show=" + "x" * 1_001, "/search"),
    ],
)
def test_the_way_back_names_what_is_shown_and_nothing_else(wanted: str, leads_to: str) -> None:
    assert routes.safe_next(wanted) == leads_to
