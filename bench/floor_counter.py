"""The floor of events: a number that goes up, behind nothing."""

from __future__ import annotations

import reflex as rx


class Counter(rx.State):
    """A number."""

    count: int = 0

    @rx.event
    async def increment(self) -> None:
        """Count one more."""
        self.count += 1


app = rx.App()
app.add_page(lambda: rx.el.p(Counter.count), route="/")
