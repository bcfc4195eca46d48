"""What a path that leads nowhere shows."""

from __future__ import annotations

import reflex as rx

from todo_app.web import routes


def page() -> rx.Component:
    """The screen."""
    return rx.el.main(
        rx.el.div(
            rx.el.h1("This page does not exist"),
            rx.el.p("The address may be mistyped, or the page may have moved."),
            rx.el.a("Go to Today", href=routes.TODAY, class_name="button"),
            class_name="card",
        ),
        class_name="stage",
    )
