from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from uuid import uuid4

import httpx
import jwt
import pytest
import socketio
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from tests.cast import PASSWORD
from tests.web.backend import Backend, running_backend
from tests.web.browser import Browser, Tab
from tests.web.conftest import Visit
from todo_app.core.models import new_id
from todo_app.core.settings import get_settings
from todo_app.web import edge, headers, reflex_private, routes, state_tokens

FOREIGN_ORIGINS = {
    "another site": "https://evil.example",
    "a sandboxed page": "null",
    "none": None,
    "another port": "http://localhost:1",
    "another scheme": "https://localhost",
    "our name with more behind it": "{origin}.evil.example",
    "our name in capitals": "{ORIGIN}",
    "our name with a slash": "{origin}/",
    "empty": "",
}
FORMS = {
    routes.SIGN_IN_FORM: {"email": "alice@example.org", "password": PASSWORD},
    routes.SIGN_UP_FORM: {"email": "mallory@example.org", "password": PASSWORD},
    routes.SIGN_OUT_FORM: {},
}
WAYS_OUT = [
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "/unknown",
    "/today/../auth/sign-out",
    "/unknown?task=01a1fe18-4d88-758e-9c3c-f83b1a28e1be",
    "/inbox#x",
    "/inbox/",
    "inbox",
    "%2Finbox",
    "/%69nbox",
    "%2F%2Fevil.example",
    "/inbox\r\nSet-Cookie: a=b",
    "/inbox\x00",
    " /inbox",
    "/\tevil.example",
    "@evil.example",
    "",
]
PAGE = "<!doctype html><script>window.ours = 1</script><script src='/assets/app.js'></script>"


def spelled(origin: str | None, backend: Backend) -> dict[str, str]:
    if origin is None:
        return {}
    ours = backend.origin
    return {"Origin": origin.replace("{origin}", ours).replace("{ORIGIN}", ours.upper())}


@pytest.fixture(scope="module")
def https_backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """A backend as it runs behind a proxy that speaks https."""
    with running_backend(
        tmp_path_factory.mktemp("https-backend"),
        ENVIRONMENT="production",
        JWT_SECRET="L7pQz2mX9vKd4RtW8yBn3GsH6cFj1aEu5oTi0xZq",
        PUBLIC_URL="https://todo.example.org",
    ) as started:
        yield started


@pytest.fixture
async def static_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """The edge before a frontend of one script."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets/app.js").write_text("window.app = 1")
    for page in ("sign-in", "today", "index", "404"):
        (tmp_path / f"{page}.html").write_text(PAGE)
    monkeypatch.setattr(reflex_private, "static_files", lambda: tmp_path)
    monkeypatch.setattr(reflex_private, "issue_tokens_with", lambda _new_token: None)
    headers._page_policy.cache_clear()
    site = edge.Edge(Starlette(routes=[Mount("/", StaticFiles(directory=tmp_path, html=True))]))
    transport = httpx.ASGITransport(app=site)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        yield client
    headers._page_policy.cache_clear()


async def assert_refused(tab: Tab, backend: Backend, origin: str | None, cookies: str = "") -> None:
    try:
        with pytest.raises(socketio.exceptions.ConnectionError):
            await tab.connect(backend.address, origin, cookies)
    finally:
        await tab.close()
    assert tab.frames == []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("origin", FOREIGN_ORIGINS.values(), ids=FOREIGN_ORIGINS)
def test_promise_18_a_form_sent_from_elsewhere_is_refused_and_changes_nothing(
    backend: Backend, alice: Browser, form: str, origin: str | None
) -> None:
    before = backend.every_row()

    answer = alice.http.post(form, data=FORMS[form], headers=spelled(origin, backend))

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert backend.every_row() == before


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS.values(), ids=FOREIGN_ORIGINS)
async def test_promise_18_a_socket_opened_from_elsewhere_is_refused(
    backend: Backend, alice: Browser, origin: str | None
) -> None:
    tab = Tab("/today", str(uuid4()))

    await assert_refused(
        tab, backend, spelled(origin, backend).get("Origin"), f"todo_session={alice.token}"
    )


@pytest.mark.parametrize("token", ["", "x" * 129])
async def test_a_socket_without_a_fitting_client_token_is_refused(
    backend: Backend, token: str
) -> None:
    await assert_refused(Tab("/today", token), backend, backend.origin)


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        ("/_event/?EIO=4&transport=websocket&token=x", "https://evil.example"),
        ("/_event/?EIO=4&transport=websocket", None),
        ("/_event/?EIO=3&transport=websocket&token=x", None),
        ("/_event/?EIO=4&transport=none&token=x", None),
        ("/today", None),
        ("/api/v1/tasks", None),
    ],
)
def test_a_refused_handshake_carries_the_security_headers(
    stranger: Browser, path: str, origin: str | None
) -> None:
    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Origin": origin or stranger.backend.origin,
    }
    answer = stranger.http.get(path, headers=handshake)

    assert answer.status_code == 403
    assert_protected(answer)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_polling_transport_is_refused(alice: Browser, method: str) -> None:
    answer = alice.http.request(
        method,
        f"/_event/?EIO=4&transport=polling&token={uuid4()}",
        headers={"Origin": alice.backend.origin},
    )

    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/_upload", "/_health", "/_all_routes", "/auth-codespace"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_doors_of_the_framework_are_closed(alice: Browser, path: str, method: str) -> None:
    for spelling in (path, f"{path}/", f"{path}/x", f"{path}?x=1"):
        answer = alice.http.request(method, spelling, headers={"Origin": alice.backend.origin})

        assert answer.status_code == 404


def cookie_of(answer: httpx.Response) -> tuple[str, str, set[str]]:
    """The name and the value of the session cookie that is set, and its attributes."""
    [line] = [
        line for line in answer.headers.get_list("set-cookie") if "session=" in line.split(";")[0]
    ]
    pair, *attributes = line.split("; ")
    name, _, value = pair.partition("=")
    return name, value, {attribute.lower() for attribute in attributes}


def sign_up(backend: Backend, http: httpx.Client) -> httpx.Response:
    fields = {"email": f"{uuid4()}@example.org", "password": PASSWORD}
    return http.post("/auth/sign-up", data=fields, headers={"Origin": backend.origin})


def test_promise_7_the_session_cookie_is_hidden_from_scripts_and_from_other_sites(
    backend: Backend, stranger: Browser
) -> None:
    name, _, attributes = cookie_of(sign_up(backend, stranger.http))

    assert name == "todo_session"
    assert {"httponly", "samesite=lax", "path=/"} <= attributes
    assert not any(attribute.startswith("domain") for attribute in attributes)


def test_promise_7_the_session_cookie_is_bound_to_https_and_its_host_where_there_is_https(
    https_backend: Backend,
) -> None:
    with httpx.Client(base_url=https_backend.address) as http:
        name, value, attributes = cookie_of(sign_up(https_backend, http))
        home = http.get("/today", headers={"Cookie": f"{name}={value}"})
        plain = http.get("/today", headers={"Cookie": f"todo_session={value}"})

    assert name == "__Host-todo_session"
    assert {"secure", "httponly", "samesite=lax", "path=/"} <= attributes
    assert not any(attribute.startswith("domain") for attribute in attributes)
    assert home.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert home.status_code == 404, "let in; this backend has no frontend"
    assert plain.status_code == 303


async def test_the_cookie_reaches_no_frame_and_no_log(alice: Browser) -> None:
    async with alice.tab("/today") as tab:
        await tab.add("Water the plants")
        await tab.ask("no_such_state.no_such_event")

        assert tab.knows("Water the plants")
        assert "cookie" not in repr(tab.frames).lower()
        for part in alice.token.split("."):
            assert not tab.knows(part)
            assert part not in alice.backend.log_text()


def assert_protected(answer: httpx.Response) -> None:
    policy = dict(
        part.strip().partition(" ")[::2]
        for part in answer.headers["content-security-policy"].split(";")
    )
    for directive in ("default-src", "object-src", "base-uri", "frame-ancestors"):
        assert policy[directive] == "'none'"
    if answer.headers.get("content-type", "").startswith("text/html"):
        assert policy["form-action"] == "'self'"
        for source in policy["script-src"].split():
            assert source == "'self'" or source.startswith("'sha256-")
    else:
        assert set(policy.values()) == {"'none'"}
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["referrer-policy"] in {"same-origin", "no-referrer"}
    assert answer.headers.get("access-control-allow-origin") not in {"*", "https://evil.example"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/today", 303),
        ("GET", "/sign-in", 404),
        ("GET", "/nothing/here", 404),
        ("GET", "/assets/nothing.js", 404),
        ("POST", "/auth/sign-in", 403),
        ("GET", "/auth/sign-in", 403),
        ("GET", "/_health", 404),
        ("GET", "/health/live", 200),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v1/tasks", 401),
        ("GET", "/api/docs", 200),
        ("PATCH", "/today", 404),
    ],
)
def test_promise_17_every_answer_of_the_backend_carries_the_security_headers(
    stranger: Browser, method: str, path: str, status: int
) -> None:
    answer = stranger.http.request(method, path, headers={"Origin": "https://evil.example"})

    assert answer.status_code in {status, 405}
    assert_protected(answer)
    assert "immutable" not in answer.headers.get("cache-control", "")


@pytest.mark.parametrize("origin", ["https://evil.example", "{origin}"])
@pytest.mark.parametrize(
    ("target", "statuses"),
    [("/api/v1/tasks", {204}), ("/auth/sign-in", {403, 404}), ("/today", {404}), ("*", {400})],
)
def test_promise_17_a_preflight_carries_the_security_headers_and_allows_nothing(
    stranger: Browser, target: str, statuses: set[int], origin: str
) -> None:
    answer = stranger.http.request(
        "OPTIONS",
        "/",
        headers={**spelled(origin, stranger.backend), "Access-Control-Request-Method": "PUT"},
        extensions={"target": target.encode()},
    )

    assert answer.status_code in statuses
    assert_protected(answer)
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert "vary" not in answer.headers


async def test_pages_that_are_served_apart_read_answers_and_nobody_elsewhere_does(
    static_site: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_URL", "http://localhost:3000")
    monkeypatch.setenv("BACKEND_URL", "http://localhost:8000")
    get_settings.cache_clear()

    ours, foreign = [
        (await static_site.get("/sign-in", headers={"Origin": origin})).headers
        for origin in ("http://localhost:3000", "https://evil.example")
    ]

    assert ours["access-control-allow-origin"] == "http://localhost:3000"
    assert ours["access-control-allow-credentials"] == "true"
    assert not [name for name in foreign if name.startswith("access-control-")]
    assert ours["vary"] == foreign["vary"] == "Origin"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/sign-in", 200), ("/assets/app.js", 200), ("/nothing", 404), ("/today", 303), ("/", 303)],
)
async def test_promise_17_every_answer_of_the_frontend_carries_the_security_headers(
    static_site: httpx.AsyncClient, path: str, status: int
) -> None:
    answer = await static_site.get(path)

    assert answer.status_code == status
    assert_protected(answer)


async def test_the_policy_allows_the_inline_scripts_of_the_build_and_no_other(
    static_site: httpx.AsyncClient,
) -> None:
    policy = (await static_site.get("/sign-in")).headers["content-security-policy"]
    digest = base64.b64encode(hashlib.sha256(b"window.ours = 1").digest()).decode()

    assert policy.split("script-src ")[1].split(";")[0] == f"'self' 'sha256-{digest}'"


def test_what_opens_pages_offline_may_fetch_from_here_and_do_nothing_else() -> None:
    answer = MutableHeaders({"content-type": "text/javascript"})
    headers.protect(answer, headers.WORKER, 200)
    policy = answer["content-security-policy"]

    assert policy.startswith("default-src 'none'; connect-src 'self';")
    assert "script-src" not in policy


async def test_only_files_named_for_their_content_are_kept_by_browsers(
    static_site: httpx.AsyncClient,
) -> None:
    found = await static_site.get("/assets/app.js")
    missing = await static_site.get("/assets/gone.js")
    page = await static_site.get("/sign-in")

    assert "immutable" in found.headers["cache-control"]
    assert missing.status_code == 404
    assert missing.headers["cache-control"] == "no-store"
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("page", sorted(routes.PRIVATE_PAGES))
def test_strangers_are_sent_from_private_pages_to_sign_in(stranger: Browser, page: str) -> None:
    wanted = "" if page == routes.HOME else f"?next={quote(page, safe='')}"
    for spelling in ("{}", "{}/", "/{}", "{}//"):
        answer = stranger.get(stranger.backend.origin + spelling.format(page))

        assert answer.status_code == 303, spelling
        assert answer.headers["location"] == f"{stranger.backend.origin}/sign-in{wanted}", spelling


def test_a_page_tells_somebody_whose_session_is_over_so(stranger: Browser) -> None:
    answer = stranger.get("/inbox", headers={"Cookie": "todo_session=gone"})

    assert answer.headers["location"].endswith("/sign-in?next=%2Finbox&ended=1")


@pytest.mark.parametrize("page", sorted(routes.PUBLIC_PAGES))
def test_members_are_sent_away_from_the_forms_of_strangers(alice: Browser, page: str) -> None:
    home, wanted = alice.get(page), alice.get(f"{page}?next=%2Finbox")

    assert (home.status_code, wanted.status_code) == (303, 303)
    assert home.headers["location"] == f"{alice.backend.origin}/today"
    assert wanted.headers["location"] == f"{alice.backend.origin}/inbox"


@pytest.mark.parametrize("path", WAYS_OUT)
def test_promise_19_signing_in_leads_to_pages_of_ours_only(
    alice: Browser, visit: Visit, path: str
) -> None:
    back = visit()
    answer = back.post("/auth/sign-in", email=alice.email, password=PASSWORD, next=path)
    member = back.http.get("/sign-in", params={"next": path})
    page = f"{alice.backend.origin}/sign-in?{urlencode({'next': path})}"
    unheard = back.post_unheard(page, "/auth/sign-in", email=alice.email, password=PASSWORD)

    assert answer.headers["location"] == f"{alice.backend.origin}/today"
    assert unheard.headers["location"] == f"{alice.backend.origin}/today"
    assert member.headers["location"] == f"{alice.backend.origin}/today"


@pytest.mark.parametrize("path", WAYS_OUT)
def test_a_refused_form_forgets_a_way_out(stranger: Browser, path: str) -> None:
    answer = stranger.post("/auth/sign-in", email="a@example.org", password="x", next=path)

    assert answer.headers["location"] == f"{stranger.backend.origin}/sign-in"


@pytest.mark.parametrize("path", WAYS_OUT)
def test_only_private_pages_are_a_next(path: str) -> None:
    assert routes.safe_next(path) == routes.HOME


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "127.1.2.3"])
def test_another_name_of_this_machine_leads_to_the_public_one(stranger: Browser, host: str) -> None:
    port = urlsplit(stranger.backend.origin).port
    answer = stranger.get(
        f"{stranger.backend.address}/inbox?x=1", headers={"Host": f"{host}:{port}"}
    )

    assert answer.status_code == 307
    assert answer.headers["location"] == f"{stranger.backend.origin}/inbox?x=1"


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "", "[", "[::1", "::::", "localhost:x", "x" * 300],
)
def test_a_host_header_leads_nobody_elsewhere(stranger: Browser, host: str) -> None:
    answer = stranger.get("/inbox", headers={"Host": host})

    assert answer.status_code in {303, 400}
    if answer.status_code == 303:
        assert answer.headers["location"].startswith(f"{stranger.backend.origin}/sign-in")


def altered(token: str, **claims: object) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False}) | claims


def evil_cookies(token: str, key: str) -> dict[str, str]:
    """Cookies that look like Alice's, some signed with the true key."""
    kid = jwt.get_unverified_header(token)["kid"]

    def signed(secret: str = key, algorithm: str = "HS256", **claims: object) -> str:
        return jwt.encode(
            altered(token, **claims), secret, algorithm=algorithm, headers={"kid": kid}
        )

    header, payload, signature = token.split(".")
    none = base64.urlsafe_b64encode(
        json.dumps({"alg": "none", "typ": "JWT", "kid": kid}).encode()
    ).decode()
    return {
        "no algorithm": f"{none.rstrip('=')}.{payload}.",
        "another key": signed("k" * 64),
        "another algorithm": signed(algorithm="HS512"),
        "expired": signed(exp=1),
        "not yet valid": signed(nbf=2**40),
        "for another audience": signed(aud="todo-app/access"),
        "from another issuer": signed(iss="evil"),
        "of another kind": signed(typ="access"),
        "of another person": signed(sub=str(new_id())),
        "of another session": signed(sid=str(new_id())),
        "with one claim more": signed(admin=True),
        "with a lone surrogate": signed(jti="\ud800"),
        "without a signature": f"{header}.{payload}.",
        "with a cut signature": f"{header}.{payload}.{signature[:-2]}",
        "without a payload": f"{header}..{signature}",
        "nothing": "",
        "words": "open sesame",
        "dots": "." * 50,
        "not ASCII": "töken",
        "controls": "a\tb\x01c",
        "half a quote": '"abc',
        "8 KB": "a" * 8_192,
        "8 KB of a token": f"{header}.{'a' * 8_192}.{signature}",
        "1 MB": "a" * 1_048_576,
    }


EVIL = sorted(evil_cookies(jwt.encode({}, "k" * 64, headers={"kid": "x"}), "k" * 64))


@pytest.mark.parametrize("kind", EVIL)
def test_an_evil_cookie_makes_a_stranger_and_no_error(
    alice: Browser, visit: Visit, kind: str
) -> None:
    key = (alice.backend.log.parent / "jwt_secret").read_text()
    cookie = evil_cookies(alice.token, key)[kind]
    evil = visit()
    lines = alice.backend.log_text().count("ERROR")
    carried = {"Cookie": f"todo_session={cookie}".encode(), "Origin": alice.backend.origin}

    page = evil.get("/inbox", headers=carried)
    form = evil.http.post("/auth/sign-out", headers=carried)

    refused_by_the_server = {303, 400, 431} if kind in {"1 MB", "controls"} else {303}
    assert page.status_code in refused_by_the_server
    assert form.status_code in refused_by_the_server
    assert alice.backend.log_text().count("ERROR") == lines
    assert alice.get("/inbox").status_code == 404, "her own session still lives"


@pytest.mark.parametrize(
    "cookie",
    ["a=b; todo_session", "=;=;", 'todo_session="\\', "todo_session=a=b=c;;;", "\xff=\xfe"],
)
def test_a_malformed_cookie_header_makes_a_stranger(stranger: Browser, cookie: str) -> None:
    answer = stranger.get("/inbox", headers={"Cookie": cookie.encode("latin-1")})

    assert answer.status_code == 303


@pytest.mark.parametrize("kind", ["expired", "another key", "no algorithm", "of another person"])
async def test_a_socket_with_an_evil_cookie_is_a_strangers(
    alice: Browser, stranger: Browser, kind: str
) -> None:
    key = (alice.backend.log.parent / "jwt_secret").read_text()
    stranger.http.cookies.set("todo_session", evil_cookies(alice.token, key)[kind])

    async with stranger.tab("/today") as tab:
        assert tab.redirects == ["/sign-in?ended=1"]
        assert not tab.shown["auth_state.signed_in"]
        assert not tab.knows(alice.email)


def test_a_token_bound_to_its_own_identity_stays() -> None:
    bound = state_tokens.bound_token("session:a", "anything")

    assert state_tokens.bound_token("session:a", bound) == bound


def test_the_same_client_token_leads_each_identity_to_a_state_of_its_own() -> None:
    identities = ["anonymous", "session:a", "session:b", "session:a|x"]

    for client_token in ("", "x", "x" * 128, str(uuid4()), "a|b", "ünïcödé"):
        bound = {state_tokens.bound_token(identity, client_token) for identity in identities}

        assert len(bound) == len(identities)


def test_a_token_sealed_for_one_identity_is_bound_anew_for_another() -> None:
    hers = state_tokens.bound_token("session:a", "anything")
    his = state_tokens.bound_token("session:b", hers)

    assert his != hers
    assert his.startswith(state_tokens.state_prefix("session:b"))
    assert state_tokens.bound_token("session:a", his) != hers


@pytest.mark.parametrize("place", range(0, 82, 9))
def test_a_sealed_token_with_one_letter_changed_is_bound_anew(place: int) -> None:
    sealed = state_tokens.bound_token("session:a", "anything")
    letter = "0" if sealed[place] != "0" else "1"
    forged = sealed[:place] + letter + sealed[place + 1 :]

    assert state_tokens.bound_token("session:a", forged) not in {sealed, forged}


async def test_what_slips_through_is_an_error_without_its_cause(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_arguments: object) -> None:
        await asyncio.sleep(0)
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(reflex_private, "issue_tokens_with", lambda _new_token: None)
    transport = httpx.ASGITransport(app=edge.Edge(broken))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        answer = await client.get("/nothing")

    assert answer.status_code == 500
    assert_protected(answer)
    assert "secret" not in answer.text
    assert answer.text.split()[-1].strip(".") in caplog.text
