"""The pages of strangers for browsers without scripts: what became of a form is in the page itself.

With scripts the socket of a page brings it (`connections.take_flash`). The places for it are
paragraphs that React leaves alone, and that browsers with scripts do not show.
"""

from __future__ import annotations

import re
from html import escape
from urllib.parse import parse_qs

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from todo_app.web import edge, reflex_private, routes
from todo_app.web.forms import Form, RefusedForm, from_cookie
from todo_app.web.messages import note_of

_FORMS: dict[str, Form] = {
    routes.SIGN_IN: "sign-in",
    routes.SIGN_IN_CODE: "code",
    routes.SIGN_UP: "sign-up",
    routes.FORGOTTEN_PASSWORD: "forgotten-password",
    routes.RESET_PASSWORD: "reset-password",
    routes.SIGN_UP_SENT: "sign-up-sent",
    routes.CONFIRM_SIGN_UP: "confirm-sign-up",
    routes.CONFIRM_EMAIL: "confirm-email",
}
_PLACE = re.compile(r'<p(?=[^>]*\sdata-says="(?P<about>[a-z_]+)")[^>]*>(?=</p>)')
_INPUT = re.compile(r'<input(?=[^>]*\sname="(?P<name>[a-z_]+)")[^>]*>')


class PlainPages:
    """ASGI middleware inside of the edge: answers where there is something to say."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        page = _told_page(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        answer = self.app if page is None else HTMLResponse(page)
        await answer(scope, receive, send)


def fill(page: str, form: RefusedForm, *, note: str = "", next_path: str = "") -> str:
    """A built page with what was wrong with its form, and what had been typed."""
    says = form.errors or {"note": note}
    values = {"email": form.email, "name": form.name, "next": next_path}

    def told(place: re.Match[str]) -> str:
        return place[0] + escape(says.get(place["about"], ""))

    def filled(field: re.Match[str]) -> str:
        tag, name = field[0], field["name"]
        if values.get(name):
            tag = tag.replace(' value=""', f' value="{escape(values[name])}"')
        if name in form.errors:
            tag = tag.replace(' aria-invalid="false"', ' aria-invalid="true"')
            tag = tag.replace(' aria-describedby=""', f' aria-describedby="{name}-error"')
        return tag

    return _INPUT.sub(filled, _PLACE.sub(told, page))


def _told_page(scope: Scope) -> str | None:
    path = scope["path"].removesuffix(".html")
    if path not in _FORMS:
        return None
    query = parse_qs(scope["query_string"].decode("latin-1"))
    form = from_cookie(_FORMS[path], scope[edge.FORM_KEY])
    note = note_of(query)
    wanted = query.get("next", [""])[0]
    file = reflex_private.static_files() / f"{path.strip('/')}.html"
    if not (form.errors or note or wanted) or not file.is_file():
        return None
    next_path = routes.safe_next(wanted) if wanted else ""
    return fill(file.read_text("utf-8"), form, note=note, next_path=next_path)
