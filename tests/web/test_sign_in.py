from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.cast import PASSWORD
from tests.web.backend import Backend
from tests.web.browser import AUTH, LIST, QUICK_ADD, SIGN_IN, SIGN_UP, Browser
from tests.web.conftest import Visit
from todo_app.core import throttle
from todo_app.web import forms, messages
from todo_app.web.forms import RefusedForm

WRONG = messages.MESSAGES[messages.WrongCredentials]


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Both kinds of database: they differ in what text they take."""
    return request.getfixturevalue(f"{request.param}_backend")


def fresh_email() -> str:
    return f"{secrets.token_hex(8)}@example.org"


def brought_back(browser: Browser) -> dict[str, Any]:
    """What the form cookie carries."""
    cookie = browser.http.cookies["todo_form"]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(cookie))
    return found


def sign_up(browser: Browser, **fields: str) -> httpx.Response:
    return browser.post("/auth/sign-up", **{"email": fresh_email(), "password": PASSWORD, **fields})


def sign_in(browser: Browser, email: str, password: str, **fields: str) -> httpx.Response:
    return browser.post("/auth/sign-in", email=email, password=password, **fields)


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/sign-in").headers.get("location") == f"{browser.backend.origin}/today"


def test_somebody_signs_up_out_and_in_again(stranger: Browser) -> None:
    origin, email = stranger.backend.origin, fresh_email()

    up = sign_up(stranger, email=email, name="Ada Lovelace", time_zone="Europe/Berlin")
    assert (up.status_code, up.headers["location"]) == (303, f"{origin}/today")
    assert is_signed_in(stranger)

    out = stranger.post("/auth/sign-out")
    assert (out.status_code, out.headers["location"]) == (303, f"{origin}/sign-in")
    assert not is_signed_in(stranger)
    assert stranger.token == ""

    back = sign_in(stranger, email, PASSWORD, next="/inbox")
    assert (back.status_code, back.headers["location"]) == (303, f"{origin}/inbox")
    assert is_signed_in(stranger)
    assert stranger.backend.rows(
        "SELECT name, time_zone FROM users WHERE email = :email", email=email
    ) == [("Ada Lovelace", "Europe/Berlin")]


def test_a_form_that_is_sent_before_its_page_is_complete_leads_back_too(
    alice: Browser, visit: Visit
) -> None:
    origin, browser = alice.backend.origin, visit()
    page = f"{origin}/sign-in?next=%2Fcompleted"

    wrong = browser.post_unheard(page, "/auth/sign-in", email=alice.email, password="wrong")
    right = browser.post_unheard(page, "/auth/sign-in", email=alice.email, password=PASSWORD)

    assert wrong.headers["location"] == page
    assert right.headers["location"] == f"{origin}/completed"


@pytest.mark.parametrize(
    "page",
    [
        "https://evil.example/sign-in?next=/completed",
        "{origin}.evil.example/sign-in?next=/completed",
        "{origin}@evil.example/sign-in?next=/completed",
        "{origin}/sign-in",
        "//[?next=/completed",
        "",
    ],
)
def test_no_other_page_says_where_a_form_leads(alice: Browser, visit: Visit, page: str) -> None:
    origin = alice.backend.origin
    address = page.format(origin=origin)

    answer = visit().post_unheard(address, "/auth/sign-in", email=alice.email, password=PASSWORD)

    assert answer.headers["location"] == f"{origin}/today"


async def test_a_new_member_is_greeted_by_their_own_empty_list(stranger: Browser) -> None:
    email = fresh_email()
    sign_up(stranger, email=email, name="Ada Lovelace")

    async with stranger.tab("/today") as tab:
        assert tab.shown["auth_state.signed_in"]
        person = {"name": "Ada Lovelace", "email": email, "initials": "AL"}
        assert tab.shown["auth_state.user"].items() >= person.items()
        assert tab.rows == []


async def test_a_wrong_password_brings_back_the_email_and_no_password(
    alice: Browser, visit: Visit
) -> None:
    browser = visit()
    wrong = "not her password at all"

    answer = sign_in(browser, alice.email, wrong, next="/inbox")

    assert answer.status_code == 303
    assert answer.headers["location"] == f"{alice.backend.origin}/sign-in?next=%2Finbox"
    assert browser.token == ""
    assert brought_back(browser) == {
        "form": "sign-in",
        "errors": {"form": WRONG},
        "email": alice.email,
        "name": "",
        "is_done": False,
    }
    async with browser.tab("/sign-in?next=/inbox") as tab:
        assert tab.shown["account_form_state.errors"] == {"form": WRONG}
        assert tab.shown["account_form_state.email"] == alice.email
        assert tab.shown["account_form_state.next_path"] == "/inbox"
        assert not tab.knows(wrong)
    assert wrong not in alice.backend.log_text()


async def test_a_refused_form_comes_back_once_and_to_its_own_page(
    alice: Browser, visit: Visit
) -> None:
    browser = visit()
    sign_in(browser, alice.email, "wrong wrong wrong")

    async with browser.tab("/sign-up") as tab:
        assert tab.shown["account_form_state.errors"] == {}
    async with browser.tab("/sign-in") as tab:
        assert tab.shown["account_form_state.errors"] != {}
        await tab.ask(f"{SIGN_IN}.show_form")
        assert tab.shown["account_form_state.errors"] == {}


def test_an_unknown_account_is_answered_like_a_wrong_password(alice: Browser, visit: Visit) -> None:
    known, unknown = visit(), visit()

    first = sign_in(known, alice.email, "wrong wrong wrong")
    second = sign_in(unknown, fresh_email(), "wrong wrong wrong")

    assert first.status_code == second.status_code
    assert first.headers["location"] == second.headers["location"]
    assert brought_back(known)["errors"] == brought_back(unknown)["errors"]
    assert first.headers.keys() == second.headers.keys()


async def test_an_address_that_is_taken_is_said_beside_the_address(
    alice: Browser, visit: Visit
) -> None:
    browser = visit()

    answer = sign_up(browser, email=alice.email.upper(), name="Mallory", password="x" * 20)

    assert answer.headers["location"] == f"{alice.backend.origin}/sign-up"
    assert browser.token == ""
    async with browser.tab("/sign-up") as tab:
        assert tab.shown["account_form_state.errors"] == {
            "email": messages.MESSAGES[messages.EmailTaken]
        }
        assert tab.shown["account_form_state.email"] == alice.email.upper()
        assert tab.shown["account_form_state.name"] == "Mallory"


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"email": "nobody"}, {"email": "email"}),
        ({"email": ""}, {"email": "email"}),
        ({"email": "a@b@example.org"}, {"email": "email"}),
        ({"name": "n" * 101}, {"name": "name"}),
        ({"email": "nobody", "name": "n" * 101}, {"email": "email", "name": "name"}),
        ({"password": "short"}, {"password": "too_short"}),
        ({"password": ""}, {"password": "too_short"}),
        ({"password": "p" * 1_025}, {"password": "too_long"}),
        ({"password": "password1"}, {"password": "common"}),
        ({"password": "example.org"}, {"password": "personal"}),
        ({"name": "a\x00b"}, {"name": "name"}),
    ],
)
def test_a_field_that_cannot_be_used_says_why_and_opens_no_account(
    stranger: Browser, fields: dict[str, str], errors: dict[str, str]
) -> None:
    before = stranger.backend.rows("SELECT count(*) FROM users")

    answer = sign_up(stranger, **fields)

    assert answer.headers["location"] == f"{stranger.backend.origin}/sign-up"
    assert brought_back(stranger)["errors"] == {
        field: messages.FIELD_MESSAGES[reason] for field, reason in errors.items()
    }
    assert stranger.backend.rows("SELECT count(*) FROM users") == before
    assert stranger.token == ""


def test_signing_in_again_ends_the_session_this_browser_had(alice: Browser, visit: Visit) -> None:
    first = alice.token
    second = alice.sign_in(alice.email)
    thief = visit()

    thief.http.cookies.set("todo_session", first)

    assert second != first
    assert not is_signed_in(thief)
    assert is_signed_in(alice)


def test_a_session_elsewhere_lives_on_when_this_browser_signs_out(
    alice: Browser, visit: Visit
) -> None:
    phone = visit()
    phone.sign_in(alice.email)

    alice.post("/auth/sign-out")

    assert is_signed_in(phone)


def test_many_wrong_tries_have_to_wait_and_are_told_how_long(alice: Browser, visit: Visit) -> None:
    guesser = visit()

    for _ in range(throttle.PER_ACCOUNT_AND_NETWORK.amount):
        sign_in(guesser, alice.email, "wrong wrong wrong")
        assert brought_back(guesser)["errors"] == {"form": WRONG}
    refused = sign_in(guesser, alice.email, PASSWORD)

    assert refused.headers["location"].endswith("/sign-in")
    assert guesser.token == ""
    said = brought_back(guesser)["errors"]["form"]
    assert said.startswith("Too many attempts. Try again in ")
    assert said.split()[-1] in {"minute.", "second.", "seconds."}
    assert sign_in(visit(), alice.email, PASSWORD).headers["location"].endswith("/today")


def test_a_forged_line_before_that_of_the_proxy_is_not_believed(
    alice: Browser, visit: Visit
) -> None:
    guesser = visit()
    own = ("X-Forwarded-For", guesser.http.headers.pop("X-Forwarded-For"))

    for number in range(throttle.PER_ACCOUNT_AND_NETWORK.amount + 1):
        guesser.http.post(
            "/auth/sign-in",
            data={"email": alice.email, "password": "wrong wrong wrong"},
            headers=[
                ("Origin", guesser.backend.origin),
                ("X-Forwarded-For", f"9.8.7.{number}"),
                own,
            ],
        )

    assert brought_back(guesser)["errors"]["form"].startswith("Too many attempts.")


def test_a_cookie_is_worth_nothing_after_sign_out(alice: Browser, visit: Visit) -> None:
    token = alice.token
    alice.post("/auth/sign-out")
    thief = visit()
    thief.http.cookies.set("todo_session", token)

    page = thief.get("/today")

    assert page.headers["location"] == f"{alice.backend.origin}/sign-in?ended=1"
    assert thief.post("/auth/sign-out").status_code == 303


async def test_an_open_page_can_do_nothing_more_after_sign_out(
    alice: Browser, backend: Backend
) -> None:
    async with alice.tab("/today") as tab:
        await tab.add("Before")
        alice.post("/auth/sign-out")
        known = len(tab.frames)

        await tab.send(f"{QUICK_ADD}.add_tasks", entries=[tab.entry("Too late")])
        await tab.until(lambda: tab.is_closed)

        assert "Before" not in repr(tab.frames[known:])
        assert not tab.knows("Too late")
    titles = backend.rows("SELECT title FROM tasks WHERE title IN ('Before', 'Too late')")
    assert ("Too late",) not in titles


async def test_a_page_of_an_ended_session_comes_back_as_a_strangers(
    alice: Browser, visit: Visit
) -> None:
    token = alice.token
    alice.post("/auth/sign-out")
    left_behind = visit()
    left_behind.http.cookies.set("todo_session", token)

    async with left_behind.tab("/inbox") as tab:
        assert tab.redirects == ["/sign-in?next=%2Finbox&ended=1"]
        assert not tab.shown["auth_state.signed_in"]
        assert not tab.knows(alice.email)


async def test_a_member_on_the_sign_in_page_is_led_on(alice: Browser) -> None:
    async with alice.tab("/sign-in?next=/inbox") as tab:
        assert tab.redirects == ["/inbox"]
    async with alice.tab("/sign-up?next=//evil.example") as tab:
        assert tab.redirects == ["/today"]


FORMS = (
    "/auth/sign-in",
    "/auth/sign-up",
    "/auth/sign-out",
    "/auth/password",
    "/auth/tokens",
    "/auth/close",
    "/auth/export",
)
HOSTILE_FORMS: dict[str, tuple[bytes, dict[str, str]]] = {
    "empty": (b"", {}),
    "of a megabyte": (b"email=" + b"a" * 1_048_576, {}),
    "of many fields": (b"&".join(b"f%d=1" % number for number in range(1_000)), {}),
    "NUL": (b"email=a%00b%40example.org&password=" + b"x%00" * 5, {}),
    "a surrogate": (b"email=%ED%A0%80%40example.org&password=%ED%A0%80aaaaaaaaa", {}),
    "not UTF-8": (b"email=%ff%fe%40example.org&password=%ff%fe%ff%fe%ff%fe%ff%fe", {}),
    "half an escape": (b"email=%&password=%4", {}),
    "no names": (b"====&&&&;;;;", {}),
    "JSON": (b'{"email": "a@example.org"}', {"Content-Type": "application/json"}),
    "no type": (b"email=a%40example.org", {"Content-Type": ""}),
    "an unknown charset": (
        b"email=a",
        {"Content-Type": "application/x-www-form-urlencoded; charset=no-such"},
    ),
    "parts without a boundary": (b"--x\r\n\r\n", {"Content-Type": "multipart/form-data"}),
    "cut parts": (
        b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\na@b',
        {"Content-Type": "multipart/form-data; boundary=x"},
    ),
    "a file": (
        b'--x\r\nContent-Disposition: form-data; name="email"; filename="a"\r\n\r\na\r\n--x--\r\n',
        {"Content-Type": "multipart/form-data; boundary=x"},
    ),
    "a part without a name": (
        b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n",
        {"Content-Type": "multipart/form-data; boundary=x"},
    ),
    "the same field twice": (b"email=a%40example.org&email=b&password=x&password=y", {}),
    "right to left": ("email=\u202eabc%40example.org&password=abcdefghij\u202e".encode(), {}),
    "a long name": (b"email=a%40example.org&password=xxxxxxxxxx&name=" + b"%F0%9F%91%AA" * 900, {}),
}


FORMS = [
    "/auth/sign-in",
    "/auth/sign-up",
    "/auth/sign-out",
    "/auth/password",
    "/auth/tokens",
    "/auth/forgot-password",
    "/auth/reset-password",
    "/auth/close",
    "/auth/export",
    "/auth/email",
    "/auth/confirm-email",
    "/auth/confirm-sign-up",
    "/auth/sign-up-again",
]


def own_headers(browser: Browser) -> dict[str, str]:
    return {
        "Origin": browser.backend.origin,
        "Content-Type": "application/x-www-form-urlencoded",
    }


@pytest.mark.parametrize("kind", HOSTILE_FORMS)
def test_a_hostile_form_is_refused_without_an_error(stranger: Browser, kind: str) -> None:
    body, carried = HOSTILE_FORMS[kind]
    errors = stranger.backend.log_text().count("ERROR")
    own = {"Connection": "close", **own_headers(stranger)}

    for form in FORMS:
        answer = stranger.http.post(form, content=body, headers={**own, **carried})

        assert 300 <= answer.status_code < 500, form
        assert "todo_session=ey" not in answer.headers.get("set-cookie", ""), form
        assert stranger.backend.log_text().count("ERROR") == errors, form
        assert len(answer.headers.get("set-cookie", "")) < 4_096, form


@pytest.mark.parametrize("form", ["/auth/sign-in", "/auth/sign-out", "/auth/tokens"])
@pytest.mark.parametrize("size_bytes", [40_000, 3_000_000])
@pytest.mark.parametrize("has_length", [True, False], ids=["declared", "chunked"])
def test_promise_15_a_form_that_is_too_long_is_refused_and_its_connection_closed(
    stranger: Browser, form: str, size_bytes: int, *, has_length: bool
) -> None:
    body = b"email=" + b"a" * size_bytes
    content = body if has_length else iter([body[:99], body[99:]])

    answer = stranger.http.post(form, content=content, headers=own_headers(stranger))

    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"
    assert "set-cookie" not in answer.headers
    assert stranger.get("/sign-in").status_code == 404, "the next one is answered as ever"


def test_a_form_of_unknown_length_is_read_like_any_other(stranger: Browser) -> None:
    parts = iter([b"email=a%40exam", b"ple.org&password=" + b"x" * 20])

    answer = stranger.http.post("/auth/sign-in", content=parts, headers=own_headers(stranger))

    assert answer.status_code == 303
    assert brought_back(stranger)["email"] == "a@example.org"


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "words",
        "=" * 40,
        "ü",
        base64.urlsafe_b64encode(b"[]").decode(),
        base64.urlsafe_b64encode(b'{"form": "sign-in"}').decode(),
        base64.urlsafe_b64encode(b'{"form": "sign-in", "errors": {"a": 1}}').decode(),
        base64.urlsafe_b64encode(b'{"form": "sign-in", "errors": {}, "more": 1}').decode(),
        base64.urlsafe_b64encode(b"[" * 2_000).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        RefusedForm(form="sign-up", errors={"form": "of another form"}).to_cookie(),
        "A" * 3_001,
    ],
)
def test_a_form_cookie_that_we_did_not_write_is_an_untouched_form(cookie: str) -> None:
    assert forms.from_cookie("sign-in", cookie) == RefusedForm(form="sign-in", errors={})


def test_the_longest_refused_form_still_fits_into_its_cookie() -> None:
    longest = RefusedForm(
        form="sign-up",
        errors=dict.fromkeys(("email", "name", "password", "form"), "x" * 60),
        email="x" * 300,
        name="\U0001f46a" * 150,
    )

    assert forms.from_cookie("sign-up", longest.to_cookie()) == longest


async def test_a_form_cookie_cannot_sign_anybody_in(stranger: Browser) -> None:
    stranger.http.cookies.set("todo_form", RefusedForm(form="sign-up", errors={}).to_cookie())

    async with stranger.tab("/sign-up") as tab:
        await tab.ask(f"{SIGN_UP}.show_form")
        await tab.ask(f"{LIST}.show_list", name="today")
        await tab.ask(f"{AUTH}.close_notice")

        assert not tab.shown["auth_state.signed_in"]
