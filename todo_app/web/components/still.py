"""What does not move while the page finds its way back to the server."""

from __future__ import annotations

import reflex as rx


class Still(rx.Component):
    """Shows its children as they were while the page is brought back (assets/scripts/still.js)."""

    library = "$/public/scripts/still"
    tag = "Still"
