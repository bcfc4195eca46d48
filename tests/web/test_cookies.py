"""What else is in the Cookie header: any program on the same host may have put it there."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.web.browser import Browser, Tab

ODD = {
    "JSON": 'foo={"a": "b"}',
    "a space": "foo=a b",
    "brackets in the name": "a[b]=1",
    "no name": "=x",
    "no sign of equality": "x",
    "half a quote": 'foo="abc',
    "a comma": "foo=1,2",
    "UTF-8": "größe=töricht",
    "nothing": "; ;",
    "a name that Python reserves": "Path=/; expires=x",
}


def cookies(browser: Browser, odd: str, *, is_first: bool) -> bytes:
    ours = f"todo_session={browser.token}"
    return "; ".join((odd, ours) if is_first else (ours, odd)).encode()


@pytest.mark.parametrize("is_first", [True, False], ids=["before", "behind"])
def test_an_odd_cookie_of_another_program_signs_nobody_out(
    alice: Browser, *, is_first: bool
) -> None:
    for name, odd in ODD.items():
        carried = {"Cookie": cookies(alice, odd, is_first=is_first)}

        page = alice.get("/sign-in", headers=carried)
        kept = alice.http.get("/inbox", headers=carried)

        assert page.headers.get("location") == f"{alice.backend.origin}/today", name
        assert kept.status_code == 404, name


async def test_an_odd_cookie_of_another_program_leaves_a_socket_its_person(
    alice: Browser,
) -> None:
    tab = Tab("/today", str(uuid4()))
    try:
        carried = cookies(alice, ODD["JSON"], is_first=True).decode()
        await tab.connect(alice.backend.address, alice.backend.origin, carried)
        await tab.load("/today")
        assert tab.shown["auth_state.signed_in"]
    finally:
        await tab.close()


def test_of_two_cookies_of_our_name_the_last_one_counts(alice: Browser) -> None:
    ours = f"todo_session={alice.token}"

    for carried, status in ((f"todo_session=x; {ours}", 404), (f"{ours}; todo_session=x", 303)):
        assert alice.get("/inbox", headers={"Cookie": carried}).status_code == status
