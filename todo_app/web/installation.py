"""What makes the web app one to install: its manifest, its icons, the colour of its frame."""

from __future__ import annotations

import reflex as rx

# The colours of --bg in tokens.css: the browser wants them before it has read that.
PAGE_COLOURS = {"light": "#fbfaf8", "dark": "#171614"}


def head() -> list[rx.Component]:
    """The tags in the head of every page."""
    return [
        rx.el.link(rel="manifest", href="/manifest.json"),
        rx.el.link(rel="icon", href="/icon.svg", type="image/svg+xml"),
        rx.el.link(rel="apple-touch-icon", href="/icons/apple-touch-icon.png"),
        *(
            rx.el.meta(name="theme-color", content=colour, media=f"(prefers-color-scheme: {theme})")
            for theme, colour in PAGE_COLOURS.items()
        ),
    ]
