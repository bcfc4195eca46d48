"""The quick entry: one line, Enter, and it is a task."""

from __future__ import annotations

import reflex as rx
from reflex.experimental.client_state import ClientStateVar

from todo_app.web import page_script, reflex_private
from todo_app.web.components import completion, outbox
from todo_app.web.components.icons import icon
from todo_app.web.components.paste_dialog import paste_dialog
from todo_app.web.quick_add_state import PieceRow, QuickAddState

INPUT_ID = "quick-add"
READ_AFTER_MILLISECONDS = 40


def quick_add(placeholder: str = "Add a task") -> rx.Component:
    """The box, below it how it is read, and what it could not save."""
    entry = outbox.entry_of_box()
    off = reflex_private.page_state("turned_off", [])
    caret = reflex_private.page_state("caret_place", 0)
    return rx.el.section(
        rx.el.form(
            icon("plus"),
            rx.el.div(
                _shade(entry, off), _input(entry, off, caret, placeholder), class_name="entry"
            ),
            completion.names(entry, caret),
            rx.el.button("Add", type="submit", class_name="quiet"),
            on_submit=[
                *outbox.add(entry.value, _written(off.value)),
                entry.set_value(""),
                off.set_value([]),
            ],
            # Enter before the scripts are there does nothing: to send it would load the page anew.
            method="dialog",
            class_name="quick-add",
        ),
        _pieces(entry, off),
        rx.cond(
            QuickAddState.unsaved != "", _unsaved(put_back=entry.set_value(QuickAddState.unsaved))
        ),
        rx.cond(QuickAddState.unsaved == "", outbox.waiting()),
        paste_dialog(),
        aria_label="Quick add",
        class_name="quick-add-place",
    )


def _input(
    entry: ClientStateVar, off: ClientStateVar, caret: ClientStateVar, placeholder: str
) -> rx.Component:
    def change(text: rx.Var[str]) -> list[rx.event.EventType]:
        moved = page_script.exported("quick_add", "moved").call(off.value, entry.value, text)
        return [
            reflex_private.set_from_event(off, moved),
            reflex_private.set_from_event(entry, text),
            reflex_private.set_from_event(caret, completion.caret()),
            QuickAddState.read_line(text, _written(moved)).debounce(READ_AFTER_MILLISECONDS),
        ]

    return rx.el.input(
        id=INPUT_ID,
        value=entry.value,
        on_change=change,
        on_focus=QuickAddState.show_names,
        role="combobox",
        aria_expanded="false",
        aria_controls=completion.LIST_ID,
        aria_autocomplete="list",
        placeholder=placeholder,
        auto_complete="off",
        enter_key_hint="done",
        aria_label="Add a task",
        aria_describedby="quick-add-reading",
        dir="auto",
    )


def _shade(entry: ClientStateVar, off: ClientStateVar) -> rx.Component:
    """The colours behind the line."""
    parts = (
        page_script.exported("quick_add", "segments")
        .call(entry.value, QuickAddState.reading, off.value)
        .to(list[dict[str, str]])
    )
    return rx.el.div(
        rx.foreach(
            parts,
            lambda part: rx.cond(
                part["kind"] != "",
                rx.el.mark(part["text"], class_name=part["kind"]),
                rx.el.span(part["text"]),
            ),
        ),
        aria_hidden="true",
        dir="auto",
        class_name="shade",
    )


def _pieces(entry: ClientStateVar, off: ClientStateVar) -> rx.Component:
    """What was recognised, piece by piece; a click turns one back into text."""
    standing = (
        page_script.exported("quick_add", "standing")
        .call(entry.value, QuickAddState.reading, off.value)
        .to(list[PieceRow])
    )

    def piece(row: rx.Var[PieceRow]) -> rx.Component:
        fewer = page_script.exported("quick_add", "without").call(
            off.value, row["start"], row["end"]
        )
        return rx.el.button(
            row["reading"],
            icon("x", size=12),
            type="button",
            class_name=f"piece {row['kind']}",
            title="Turn back into text",
            aria_label=f"{row['text']}: {row['reading']}. Turn back into text",
            data_start=row["start"],
            data_end=row["end"],
            on_click=[
                off.set_value(fewer),
                QuickAddState.read_line(entry.value, _written(fewer)),
                rx.set_focus(INPUT_ID),
            ],
        )

    return rx.el.div(
        rx.foreach(standing, piece),
        rx.cond(entry.value == QuickAddState.reading["text"], _repetition()),
        rx.cond(entry.value != "", _keys(can_turn_back=standing.length() > 0)),
        id="quick-add-reading",
        class_name="pieces",
    )


def _repetition() -> rx.Component:
    """When it comes again, or why it does not as it says."""
    reading = QuickAddState.reading
    return rx.fragment(
        rx.cond(reading["next"] != "", rx.el.p("Next: ", reading["next"], class_name="next")),
        rx.cond(reading["refused"] != "", rx.el.p(reading["refused"], class_name="refused")),
    )


def _keys(*, can_turn_back: rx.Var[bool]) -> rx.Component:
    """What the keys do. Nothing that is read aloud at every word."""
    return rx.el.p(
        rx.el.kbd("Enter"),
        " add",
        rx.cond(can_turn_back, rx.fragment(rx.el.kbd("Esc"), " keep as text")),
        aria_hidden="true",
        class_name="keys",
    )


def _unsaved(*, put_back: rx.Var) -> rx.Component:
    return rx.el.div(
        rx.el.p(rx.el.strong("Not saved. "), QuickAddState.reason),
        rx.el.p(QuickAddState.unsaved, class_name="unsaved-text", dir="auto"),
        # Several lines are kept as they are, to be copied: in the box they would become one.
        rx.cond(
            QuickAddState.unsaved.contains("\n"),
            rx.fragment(),
            rx.el.button(
                "Edit",
                type="button",
                on_click=[put_back, QuickAddState.discard_unsaved, rx.set_focus(INPUT_ID)],
            ),
        ),
        rx.el.button("Discard", type="button", on_click=QuickAddState.discard_unsaved),
        role="alert",
        class_name="unsaved",
    )


def _written(off: rx.Var) -> rx.Var:
    """The spans that are turned off, as the server takes them."""
    return page_script.exported("quick_add", "written").call(off)
