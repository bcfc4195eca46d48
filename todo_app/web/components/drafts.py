"""What is typed into a task is kept in the browser until it is saved: sends it, forgets it."""

from __future__ import annotations

import reflex as rx

from todo_app.web import page_script, reflex_private
from todo_app.web.components.when_new import when_new
from todo_app.web.drafts_state import Draft, DraftsState
from todo_app.web.panel_patches import Field
from todo_app.web.session import AuthState

_ACCOUNT = AuthState.user["id"]


def unsaved_drafts() -> rx.Component:
    """Sends what was not saved whenever the page connects, and forgets what is. Shows nothing."""
    return rx.cond(
        AuthState.signed_in & ~reflex_private.is_disconnected,
        rx.fragment(
            rx.el.span(on_mount=send_drafts(""), hidden=True),
            rx.cond(
                DraftsState.saves > 0,
                when_new(act=_forget_saved(), key=DraftsState.saves.to_string()),
            ),
        ),
    )


def _forget_saved() -> rx.Var:
    return reflex_private.trigger(_call("forgetSaved", DraftsState.saved, DraftsState.saves))


def send_drafts(task_id: rx.Var[str] | str) -> rx.Var:
    """An event trigger that sends what was typed into a task, or into any, and not saved."""
    drafts = _call("unsaved", rx.Var.create(task_id)).to(list[Draft])
    save = DraftsState.save_drafts(DraftsState.opened, drafts)
    return rx.cond(drafts.length() > 0, save, rx.noop())


def kept_key(task_id: rx.Var[str], field: str, content: rx.Var[str], key: object) -> rx.Var[str]:
    """The key of a field, which stays while somebody types in it and it shows what is right."""
    keep = page_script.exported("drafts", "keptKey")
    return keep.call(task_id, rx.Var.create(field), content, rx.Var.create(key)).to(str)


def tell_field_in_use() -> rx.Var:
    """An event trigger that tells the server which field somebody is in, if in any."""
    field = page_script.exported("drafts", "fieldInUse").call().to(Field)
    return rx.cond(field != "", DraftsState.enter_field(field), rx.noop())


def discard_draft(task_id: rx.Var[str], field: str) -> rx.Var:
    """An event trigger that forgets what was typed into a field."""
    return reflex_private.trigger(_call("discard", task_id, rx.Var.create(field)))


def _call(function: str, *arguments: rx.Var) -> rx.Var:
    return page_script.exported("drafts", function).call(_ACCOUNT, *arguments)
