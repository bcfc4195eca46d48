"""The icons of the product, each a Lucide icon that means the same everywhere."""

from __future__ import annotations

import reflex as rx


def icon(name: str, *, size: int = 18) -> rx.Component:
    """A decorative icon: it never is the only carrier of a meaning."""
    return rx.icon(name, size=size, stroke_width=1.75, aria_hidden="true", class_name="icon")
