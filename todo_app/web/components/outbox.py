"""What waits in the browser to be saved: sends it, shows it, forgets it."""

from __future__ import annotations

import reflex as rx

from todo_app.web import page_script, reflex_private
from todo_app.web.components.icons import icon
from todo_app.web.components.when_new import when_new
from todo_app.web.quick_add_state import Entry, QuickAddState
from todo_app.web.session import AuthState

_ACCOUNT = AuthState.user["id"]


def outbox() -> rx.Component:
    """Sends what waits whenever the page connects, and forgets what is settled. Shows nothing.

    A line that was being typed when the page was loaded again is put back into its box, and what
    waits is told, with or without a connection.
    """
    settled = QuickAddState.settled
    entry = entry_of_box()
    put_back = entry.set_value(_outbox("draft", entry.value))
    return rx.fragment(
        rx.el.span(on_mount=[put_back, _kept().set_value(_outbox("waiting"))], hidden=True),
        rx.cond(
            AuthState.signed_in & ~reflex_private.is_disconnected,
            rx.fragment(
                rx.el.span(
                    on_mount=[_remember(), put_back, _send(_outbox("waiting"))], hidden=True
                ),
                when_new(
                    act=_kept().set_value(_outbox("settle", settled)),
                    key=settled.length().to_string() + settled[-1],
                ),
            ),
        ),
    )


def entry_of_box() -> reflex_private.ClientStateVar:
    """What stands in the quick entry: the page's, not the server's. No late answer changes it."""
    return reflex_private.page_state("entry", "")


def forget_typed() -> rx.Var:
    """An event trigger that forgets what was seen, or typed and not saved: the person leaves."""
    return reflex_private.trigger(_outbox("clear"))


def _remember() -> rx.Var:
    """An event trigger that tells the browser whose page this is, and in which zone times are."""
    remember = page_script.exported("seen", "remember")
    return reflex_private.trigger(remember.call(_ACCOUNT, AuthState.user["time_zone"]))


def _outbox(function: str, *arguments: rx.Var) -> rx.Var[list[Entry]]:
    """What a function of the outbox of this account returns."""
    return page_script.exported("outbox", function).call(_ACCOUNT, *arguments).to(list[Entry])


def _send(entries: rx.Var[list[Entry]]) -> rx.Var:
    """An event trigger that sends entries, if there are any."""
    return rx.cond(entries.length() > 0, QuickAddState.add_tasks(_outbox("waiting")), rx.noop())


def _kept() -> reflex_private.ClientStateVar:
    """What waits, as the page shows it."""
    return reflex_private.page_state("kept", rx.Var("[]", _var_type=list[Entry]))


def waiting() -> rx.Component:
    """What was typed and is not saved yet, if that takes longer than it should."""
    kept = _kept().value
    return rx.cond(
        kept.length() > 0,
        rx.el.div(
            rx.el.p("Kept on this device until it is saved:"),
            rx.el.ul(
                rx.foreach(kept, lambda entry: rx.el.li(icon("clock", size=13), entry["title"]))
            ),
            role="status",
            class_name="waiting",
        ),
    )


def add(line: rx.Var[str], off: rx.Var[str]) -> list[rx.Var]:
    """Event triggers that keep a line, and then send it with all that waits."""
    return [_send(_outbox("withNew", line, off)), _kept().set_value(_outbox("waiting"))]
