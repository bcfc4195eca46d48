"""What the page does of its own accord, as something on it becomes another."""

from __future__ import annotations

import reflex as rx


@rx.memo
def when_new(act: rx.EventHandler[rx.event.no_args_event_spec], rest: rx.RestProp) -> rx.Component:
    """Acts when it is mounted: with a new key it is a new one. Shows nothing."""
    return rx.el.span(rest, on_mount=act, hidden=True)
