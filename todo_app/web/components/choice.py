"""Which rows are chosen: the page alone knows, and says so with what is done to them."""

from __future__ import annotations

import reflex as rx

from todo_app.web import page_script, reflex_private
from todo_app.web.bulk_state import TaskIds

chosen = reflex_private.page_state("chosen", rx.Var("[]", _var_type=list[str]))


def targets() -> rx.Var[TaskIds]:
    """The tasks that a command is about: the chosen ones, else the one with the focus."""
    return page_script.exported("keyboard", "targets").call(chosen.value)


def choose() -> rx.Var:
    """An event trigger of the list: a click on the box of a row chooses it, or no longer.

    With Shift it chooses all rows from the last one on. It is one trigger for the whole list: each
    row with its own would be drawn again whenever one is chosen.
    """
    return chosen.set_value(page_script.exported("keyboard", "afterClick").call(chosen.value))


def choose_none() -> rx.Var:
    """An event trigger that chooses nothing."""
    return chosen.set_value(rx.Var("[]", _var_type=list[str]))
