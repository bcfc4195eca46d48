"""A browser as an attacker writes one: forms by httpx, and a page's socket without the page."""

from __future__ import annotations

import asyncio
import inspect
import json
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from typing import Any
from uuid import uuid4

import aiohttp
import httpx
import socketio
from socketio.packet import Packet

from tests.cast import PASSWORD
from tests.servers import NO_TLS
from tests.web.backend import Backend
from todo_app.core.models import new_id
from todo_app.web.panel_state import TaskPanelState

ANSWER_SECONDS = 30
NAMESPACE = "/_event"

ROOT_STATE = "reflex___state____state"
AUTH = f"{ROOT_STATE}.todo_app___web___session____auth_state"
LIST = f"{AUTH}.todo_app___web___list_state____task_list_state"
PANEL = f"{LIST}.todo_app___web___panel_state____task_panel_state"
LIVE = f"{PANEL}.todo_app___web___live_state____live_state"
PLACES = f"{LIVE}.todo_app___web___places_state____places_state"
REPEAT = f"{LIVE}.todo_app___web___repeat_state____repeat_state"
BULK = f"{LIST}.todo_app___web___bulk_state____bulk_state"
FILTER = f"{PLACES}.todo_app___web___filter_state____filter_state"
FILTER_COUNTS = f"{AUTH}.todo_app___web___components___filter_places____filter_count_state"
ORDER = f"{PLACES}.todo_app___web___order_state____order_state"
FIND = f"{AUTH}.todo_app___web___components___combobox____find_state"
QUICK_ADD = f"{LIST}.todo_app___web___quick_add_state____quick_add_state"
SEARCH = f"{LIST}.todo_app___web___components___search_box____search_state"
API_TOKENS = f"{AUTH}.todo_app___web___pages___api_tokens____api_tokens_state"
ACCOUNT = f"{AUTH}.todo_app___web___pages___account____account_state"
EMAIL_CHANGE = f"{AUTH}.todo_app___web___components___email_change____email_change_state"
PREFERENCE = f"{AUTH}.todo_app___web___components___preference____preference_state"
SECURITY = f"{AUTH}.todo_app___web___pages___security____security_state"
_FORM = f"{AUTH}.todo_app___web___components___account_form____account_form_state"
SIGN_IN = f"{_FORM}.todo_app___web___pages___sign_in____sign_in_state"
SIGN_IN_CODE = f"{_FORM}.todo_app___web___pages___sign_in_code____sign_in_code_state"
SIGN_UP = f"{_FORM}.todo_app___web___pages___sign_up____sign_up_state"
FORGOTTEN = f"{_FORM}.todo_app___web___pages___forgotten_password____forgotten_password_state"
CONFIRM_SIGN_UP = f"{_FORM}.todo_app___web___pages___confirm_sign_up____confirm_sign_up_state"
SIGN_UP_SENT = f"{_FORM}.todo_app___web___pages___sign_up_sent____sign_up_sent_state"
CONFIRM_EMAIL = f"{_FORM}.todo_app___web___pages___confirm_email____confirm_email_state"
RESET = f"{_FORM}.todo_app___web___pages___reset_password____reset_password_state"

_numbers = count(1)


class Browser:
    """One browser with its cookies, at an address of its own."""

    def __init__(self, backend: Backend, http: httpx.Client) -> None:
        self.backend = backend
        self.http = http
        self.email = ""
        self.name = ""

    def get(self, path: str, **options: object) -> httpx.Response:
        """Open a path; redirects are not followed."""
        return self.http.get(path, **options)

    def post(self, path: str, **fields: str) -> httpx.Response:
        """Send a form from our own page."""
        return self.http.post(path, data=fields, headers={"Origin": self.backend.origin})

    def post_unheard(self, page: str, path: str, **fields: str) -> httpx.Response:
        """Send a form from a page whose socket has not answered yet."""
        headers = {"Origin": self.backend.origin, "Referer": page}
        return self.http.post(path, data={"next": "", **fields}, headers=headers)

    def sign_up(self, name: str, *, time_zone: str = "UTC") -> str:
        """Open an account for somebody of this name and return the session token."""
        self.name, self.email = name, f"{name.lower()}-{secrets.token_hex(6)}@example.org"
        answer = self.post(
            "/auth/sign-up", email=self.email, password=PASSWORD, name=name, time_zone=time_zone
        )
        assert (answer.status_code, answer.headers["location"]) == (
            303,
            f"{self.backend.origin}/today",
        )
        return self.token

    def sign_in(self, email: str, password: str = PASSWORD) -> str:
        """Sign in and return the session token."""
        self.email = email
        answer = self.post("/auth/sign-in", email=email, password=password)
        assert (answer.status_code, answer.headers["location"]) == (
            303,
            f"{self.backend.origin}/today",
        )
        return self.token

    @property
    def token(self) -> str:
        """The session token in the cookie, or nothing."""
        return self.http.cookies.get("todo_session", "")

    @property
    def user_id(self) -> object:
        """The id of this person's account, as the database holds it."""
        [[found]] = self.backend.rows("SELECT id FROM users WHERE email = :email", email=self.email)
        return found

    @asynccontextmanager
    async def tab(self, path: str = "/today", token: str | None = None) -> AsyncIterator[Tab]:
        """A tab of this browser whose page has been loaded at `path`."""
        async with self.socket(path, token) as tab:
            await tab.load(path)
            yield tab

    @asynccontextmanager
    async def socket(self, path: str = "/today", token: str | None = None) -> AsyncIterator[Tab]:
        """A connected socket over which nothing has been said yet."""
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.http.cookies.jar)
        tab = Tab(path, token or str(uuid4()))
        try:
            await tab.connect(self.backend.address, self.backend.origin, cookies)
            yield tab
        finally:
            await tab.close()


@contextmanager
def browser(backend: Backend) -> Iterator[Browser]:
    """A browser that was never here."""
    number = next(_numbers)
    address = f"203.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    headers = {"X-Forwarded-For": address}
    with httpx.Client(base_url=backend.origin, headers=headers, timeout=60, verify=NO_TLS) as http:
        yield Browser(backend, http)


def headers_of(answer: httpx.Response) -> dict[str, str]:
    """The headers of an answer, but for its number and the second in which it was given."""
    own = {"x-request-id", "date"}
    return {name: value for name, value in answer.headers.items() if name not in own}


class _PlainPacket(Packet):
    """A packet that is read as JSON, though the server of this process read its own otherwise."""

    json = json


class Tab:
    """The socket of one page: what was sent to it, and what the page would show."""

    def __init__(self, path: str, token: str) -> None:
        self.path = path
        self.token = token
        self.frames: list[tuple[str, Any]] = []
        self.shown: dict[str, Any] = {}
        self.redirects: list[str] = []
        self.is_closed = False
        self._news = asyncio.Event()
        self._http = aiohttp.ClientSession()
        self._client = socketio.AsyncClient(
            reconnection=False, http_session=self._http, serializer=_PlainPacket
        )
        self._client.on("*", self._receive, namespace=NAMESPACE)
        self._client.on("disconnect", self._leave, namespace=NAMESPACE)

    async def connect(self, address: str, origin: str | None, cookies: str = "") -> None:
        """Shake hands. Raises socketio.exceptions.ConnectionError when refused."""
        headers = {"X-Forwarded-For": "203.0.113.9"}
        if origin is not None:
            headers["Origin"] = origin
        if cookies:
            # The client would take them apart by its own rules, and not send all of them.
            self._http.headers["Cookie"] = cookies
        await self._client.connect(
            f"{address}?token={self.token}",
            headers=headers,
            socketio_path="_event",
            transports=["websocket"],
            namespaces=[NAMESPACE],
            wait_timeout=ANSWER_SECONDS,
        )

    async def close(self) -> None:
        """Leave the page."""
        await self._client.disconnect()
        await self._http.close()

    async def load(self, path: str) -> None:
        """Load a page as its script does, and wait until it is complete."""
        self.path = path
        await self.send(f"{ROOT_STATE}.hydrate_and_load", vars={}, hashes=[])
        await self.until(lambda: bool(self.redirects) or bool(self.shown.get("state.is_hydrated")))

    async def send(self, name: str, /, **arguments: object) -> None:
        """Send an event and wait for nothing."""
        place = {"pathname": self.path.partition("?")[0], "asPath": self.path, "query": {}}
        await self.send_raw({"name": name, "payload": arguments, "router_data": place})

    async def send_raw(self, event: object) -> None:
        """Send whatever there is under the name of an event."""
        await self._client.emit("event", event, namespace=NAMESPACE)

    async def ask(self, name: str, /, **arguments: object) -> list[dict[str, Any]]:
        """Send an event and return what answers it."""
        start = len(self.frames)
        await self.send(name, **arguments)
        return await self.settle(start)

    async def add(self, title: str) -> list[dict[str, Any]]:
        """Add a task by the quick entry."""
        return await self.ask(f"{QUICK_ADD}.add_tasks", entries=[self.entry(title)])

    def entry(self, title: str, *, age: int = 0) -> dict[str, Any]:
        """What the quick entry of this page sends, typed so many milliseconds ago."""
        place = self.path.partition("?")[0]
        return {"id": str(new_id()), "title": title, "off": "", "place": place, "age": age}

    async def tick(self, task_id: str, *, is_completed: bool = True) -> list[dict[str, Any]]:
        """Tick or untick a row."""
        stamp = next(_numbers)
        return await self.ask(
            f"{LIST}.set_completed", task_id=task_id, is_completed=is_completed, stamp=stamp
        )

    async def open_task(self, task_id: str) -> list[dict[str, Any]]:
        """Follow the link of a row to its task; an empty id closes the panel."""
        page = self.path.partition("?")[0]
        self.path = f"{page}?task={task_id}" if task_id else page
        await self.ask(f"{LIST}.show_list", name=page.strip("/"))
        return await self.ask(f"{PANEL}.show_task")

    async def save(self, field: str, text: str) -> list[dict[str, Any]]:
        """Leave a field of the panel with this text in it."""
        shown = {
            "task_id": self.panel["id"],
            "version": self.panel["version"],
            "opened": self.shown["task_panel_state.opened"],
            "before": self.panel[field],
        }
        taken = inspect.signature(TaskPanelState.event_handlers["save_field"].fn).parameters
        known = {name: value for name, value in shown.items() if name in taken}
        return await self.ask(f"{PANEL}.save_field", **known, field=field, text=text)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of the list, as the page puts them together."""
        changed = self.shown.get("task_list_state.changed", {})
        return [changed.get(row["id"], row) for row in self.shown["task_list_state.rows"]]

    @property
    def panel(self) -> dict[str, Any]:
        """The panel; without an id it is closed."""
        panel: dict[str, Any] = self.shown["task_list_state.panel"]
        return panel

    async def settle(self, start: int | None = None) -> list[dict[str, Any]]:
        """Wait until all that was sent is handled; what came since, but for where the page is.

        The events of a state are handled in turn, so the answer to one more ends the wait.
        """
        start = len(self.frames) if start is None else start
        query = f"fence={next(_numbers)}"
        place = {"pathname": "/sign-in", "asPath": f"/sign-in?{query}", "query": {}}
        await self.send_raw({"name": f"{ROOT_STATE}.hydrate", "payload": {}, "router_data": place})
        await self.until(lambda: self.query == query or self.is_closed)
        answers = []
        for _, frame in self.frames[start:-1]:
            delta = dict(frame.get("delta") or {})
            here = {
                name: value
                for name, value in delta.pop(ROOT_STATE, {}).items()
                if not name.startswith("rx_router")
            }
            delta |= {ROOT_STATE: here} if here else {}
            if delta or frame.get("events"):
                answers.append({"delta": delta, "events": frame.get("events") or []})
        return answers

    @property
    def query(self) -> str:
        """The query of the page, as the last answer names it."""
        return str(self.shown.get("state.rx_router_url", {}).get("query", ""))

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition on what has arrived holds."""
        async with asyncio.timeout(ANSWER_SECONDS):
            while not condition():
                self._news.clear()
                await self._news.wait()

    def knows(self, text: str) -> bool:
        """Whether a text was in anything that arrived."""
        return text in repr(self.frames)

    async def _receive(self, name: str, frame: object = None) -> None:
        self.frames.append((name, frame))
        if isinstance(frame, dict):
            for state, values in (frame.get("delta") or {}).items():
                short = state.rpartition("____")[2]
                for variable, value in values.items():
                    self.shown[f"{short}.{variable.removesuffix('_rx_state_')}"] = value
            self.redirects += [
                event["payload"]["path"]
                for event in frame.get("events") or []
                if event["name"] == "_redirect"
            ]
        self._news.set()

    async def _leave(self, *_reason: object) -> None:
        self.is_closed = True
        self._news.set()
