"""What was done and had no answer: kept in the browser, sent again, or told."""

from __future__ import annotations

import reflex as rx

from todo_app.web import page_script, reflex_private
from todo_app.web.components.drag import put_back_drop
from todo_app.web.components.when_new import when_new
from todo_app.web.list_state import TaskListState
from todo_app.web.session import AuthState
from todo_app.web.unanswered_state import Tick, UnansweredState


def tick(
    task_id: rx.Var[str],
    title: rx.Var[str],
    is_completed: rx.Var[bool],
    turn: rx.Var[str],
) -> rx.event.EventSpec:
    """Tick or untick a task, which is kept until it is answered."""
    note = page_script.exported("ticks", "note").call(task_id, title, is_completed, turn)
    return TaskListState.set_completed(task_id, is_completed, note.to(int))


def unanswered() -> rx.Component:
    """Sends again what has no answer whenever the page connects, and forgets what has one.

    Shows nothing.
    """
    account, answers = AuthState.user["id"], TaskListState.answers
    ticks = page_script.exported("ticks", "unanswered").call(account).to(list[Tick])
    forget = page_script.exported("ticks", "forgetAnswered").call(account, answers)
    send = rx.cond(ticks.length() > 0, UnansweredState.set_ticks(ticks), rx.noop())
    is_in_doubt = page_script.exported("acts", "takeUnanswered").call().to(bool)
    tell = rx.cond(is_in_doubt, UnansweredState.tell_doubt(), rx.noop())
    return rx.cond(
        AuthState.signed_in & ~reflex_private.is_disconnected,
        rx.fragment(
            rx.el.span(on_mount=[send, tell, put_back_drop()], hidden=True),
            when_new(act=reflex_private.trigger(forget), key=answers.to_string()),
        ),
    )
