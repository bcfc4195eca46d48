"""The box of a filter: what is wrong with it is marked in it, and said below it."""

from __future__ import annotations

import reflex as rx
from reflex.experimental.client_state import ClientStateVar

from todo_app.core.filters.reader import MAX_CHARACTERS
from todo_app.web import page_script, reflex_private, routes
from todo_app.web.components.icons import icon
from todo_app.web.components.when_new import when_new
from todo_app.web.filter_state import FilterState
from todo_app.web.list_state import TaskListState

INPUT_ID = "filter-box"
_FLAW_ID = "filter-flaw"
_HINT_ID = "filter-hint"
_PAUSE_MILLISECONDS = 200
_NOW = rx.Var("Date.now()", _var_type=int)
EXAMPLES = (
    "today | overdue",
    "7 days & p1",
    "no date & !recurring",
    "@errand & !#Home",
    "done after: monday",
    "search: tax",
)


def filter_box() -> rx.Component:
    """The box, and what is wrong with what is in it; without any, a few examples."""
    # What is typed is the page's, not the server's: no answer that comes late can change it.
    entry = entry_of_filter()
    flaw = FilterState.flaw
    is_flawed = (flaw["reason"] != "") & (entry.value == flaw["text"])
    hint = FilterState.hint
    is_hinted = ~is_flawed & (hint["reason"] != "") & (entry.value == hint["text"])
    return rx.el.div(
        when_new(act=_fill(), key=FilterState.shown_opening.to_string() + FilterState.saved_query),
        rx.el.label(
            icon("list-filter"),
            rx.el.div(
                _shade(is_flawed, is_hinted),
                _input(entry, is_flawed, is_hinted),
                class_name="entry",
            ),
            class_name="search-box",
        ),
        rx.cond(is_flawed, rx.el.p(flaw["reason"], role="alert", id=_FLAW_ID)),
        rx.el.p(
            rx.cond(is_hinted, hint["reason"], ""),
            role="status",
            id=_HINT_ID,
            dir="auto",
            class_name=rx.cond(is_hinted, "hint", "only-read-aloud"),
        ),
        rx.cond(entry.value == "", _examples(entry)),
        class_name="filter",
    )


def entry_of_filter() -> ClientStateVar:
    """What stands in the box."""
    return reflex_private.page_state("filter", "")


def name_of_filter() -> ClientStateVar:
    """What stands in the field for the name of a new one."""
    return reflex_private.page_state("filter_name", "")


def _fill() -> list[rx.Var]:
    """Event triggers that put into the box what the address holds, or the view as it is now.

    What somebody is typing already is in the address.
    """
    is_opened = TaskListState.showing == "filter"
    saved = rx.cond(is_opened, FilterState.saved_query, "")
    typed = page_script.exported("address", "inAddress").call(routes.TYPED, saved)
    name = name_of_filter()
    # What was typed as its name is its name by then, or waits for the filter that it was meant for.
    clear = rx.cond(is_opened & (TaskListState.place["id"] != ""), "", name.value)
    return [entry_of_filter().set_value(typed), name.set_value(clear)]


def _type(entry: ClientStateVar, text: rx.Var[str] | str) -> list[rx.Var]:
    """Event triggers that put a text into the box, and into the address."""
    keep = page_script.exported("address", "keepInAddress")
    return [
        reflex_private.set_from_event(entry, text),
        reflex_private.trigger(keep.call(routes.TYPED, text, TaskListState.saved_query)),
    ]


def _input(entry: ClientStateVar, is_flawed: rx.Var[bool], is_hinted: rx.Var[bool]) -> rx.Component:
    return rx.el.input(
        id=INPUT_ID,
        value=entry.value,
        on_change=lambda text: [
            *_type(entry, text),
            FilterState.filter_tasks(text, _NOW).debounce(_PAUSE_MILLISECONDS),
        ],
        placeholder="today & @errand",
        max_length=MAX_CHARACTERS,
        auto_complete="off",
        auto_capitalize="none",
        spell_check=False,
        aria_label="Filter",
        aria_invalid=rx.cond(is_flawed, "true", "false"),
        aria_describedby=rx.cond(is_flawed, _FLAW_ID, rx.cond(is_hinted, _HINT_ID, "")),
    )


def _shade(is_flawed: rx.Var[bool], is_hinted: rx.Var[bool]) -> rx.Component:
    """The line under what is wrong, behind the text; a flaw at the end has a place of its own.

    Under names that there are not is another.
    """
    flaw = FilterState.flaw
    return rx.cond(
        is_flawed,
        rx.el.div(
            flaw["before"],
            rx.el.mark(rx.cond(flaw["piece"] == "", "\u2002", flaw["piece"]), class_name="flaw"),
            flaw["after"],
            aria_hidden="true",
            class_name="shade",
        ),
        rx.cond(
            is_hinted,
            rx.el.div(
                rx.foreach(FilterState.hint["pieces"], _hinted_piece),
                aria_hidden="true",
                class_name="shade",
            ),
        ),
    )


def _hinted_piece(piece: rx.Var[str], index: rx.Var[int]) -> rx.Component:
    return rx.cond(index % 2 == 1, rx.el.mark(piece, class_name="nameless"), rx.fragment(piece))


def _examples(entry: ClientStateVar) -> rx.Component:
    return rx.el.div(
        rx.el.p("Say what to show. For example:", class_name="hint"),
        rx.el.div(
            *(
                rx.el.button(
                    example,
                    type="button",
                    on_click=[
                        *_type(entry, example),
                        FilterState.filter_tasks(example, _NOW),
                        rx.set_focus(INPUT_ID),
                    ],
                )
                for example in EXAMPLES
            ),
            class_name="chips",
            role="group",
            aria_label="Examples",
        ),
    )
