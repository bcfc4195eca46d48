"""Enter in a field of one line."""

from __future__ import annotations

from collections.abc import Callable

import reflex as rx

TextEvent = Callable[[rx.Var[str]], rx.event.EventSpec]
_TYPED = rx.Var("document.activeElement.value").to(str)
"""What is in a field as a key is pressed in it: that event tells the key alone."""


def on_enter(act: TextEvent) -> Callable[[rx.Var[str]], rx.Var]:
    """An event trigger that acts on what is typed into a field when Enter is pressed."""
    return lambda key: rx.cond(key == "Enter", act(_TYPED), rx.noop())
