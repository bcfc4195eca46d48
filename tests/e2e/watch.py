"""Listens to everything a browser complains about; a complaint nobody expected fails the test."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request, Response

# Who leaves a page stops what it was loading; that is no failure of the page.
_LEFT_THE_PAGE = "net::ERR_ABORTED"
# Nor is its socket, when it is left before that is open.
_LEFT_THE_SOCKET = "WebSocket is closed before the connection is established"
# What a page may say of a server that is away, or was killed in the middle of an answer.
SERVER_AWAY = (
    r"net::ERR_(CONNECTION_|CONTENT_LENGTH_MISMATCH|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING)"
    r"|WebSocket connection to .* failed"
)
_OWN_SCHEMES = ("data", "blob", "about")


class Watch:
    """What the pages of one test complained about."""

    def __init__(self, *origins: str) -> None:
        self.hosts = {urlsplit(origin).netloc for origin in origins}
        self.complaints: list[str] = []
        self.requests: list[str] = []

    def over(self, context: BrowserContext) -> None:
        """Watch every page of a context, also those that open later."""
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.complaints.append(f"page error: {error.error}"))
        context.on("request", self._see_request)
        context.on("requestfailed", self._see_failure)
        context.on("response", self._see_response)
        context.on("page", self._see_page)

    def forgive(self, pattern: str) -> None:
        """Drop the complaints a test meant to cause; fails if there are none."""
        expected = [text for text in self.complaints if re.search(pattern, text)]
        assert expected, f"nothing like {pattern!r} was complained about: {self.complaints}"
        self.complaints = [text for text in self.complaints if text not in expected]

    def overlook(self, pattern: str) -> None:
        """Drop the complaints that a test may or may not cause."""
        self.complaints = [text for text in self.complaints if not re.search(pattern, text)]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and _LEFT_THE_SOCKET not in message.text:
            self.complaints.append(f"console {message.type}: {message.text} {message.location}")

    def _see_page(self, page: Page) -> None:
        page.on("websocket", lambda socket: self._see_address(socket.url))

    def _see_request(self, request: Request) -> None:
        self._see_address(request.url)

    def _see_address(self, url: str) -> None:
        self.requests.append(url)
        address = urlsplit(url)
        if address.scheme not in _OWN_SCHEMES and address.netloc not in self.hosts:
            self.complaints.append(f"request to another host: {url}")

    def _see_failure(self, request: Request) -> None:
        if request.failure != _LEFT_THE_PAGE:
            self.complaints.append(f"failed request: {request.url} {request.failure}")

    def _see_response(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"answer {response.status}: {response.url}")
