"""What comes in by a socket, before the framework sees it: well-formed events and nothing else."""

from __future__ import annotations

import logging
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from todo_app.web import reflex_private

log = logging.getLogger(__name__)

_Text = Annotated[str, Field(max_length=16_384)]


class _Place(BaseModel):
    """Where in the app the page is."""

    model_config = ConfigDict(strict=True, extra="ignore")

    pathname: _Text = "/"
    asPath: _Text = "/"  # noqa: N815 - the wire's name
    query: dict[_Text, _Text | list[_Text]] = {}


class _Frame(BaseModel):
    """An event as a page sends it."""

    model_config = ConfigDict(strict=True, extra="ignore")

    name: _Text
    payload: dict[str, Any] = {}
    router_data: _Place = Field(default_factory=_Place)


def admitted(data: object) -> dict[str, Any] | None:
    """The event in a frame, or None if it is none that we know. Nothing of it is logged."""
    try:
        frame = _Frame.model_validate(_well_formed(data))
    except (ValueError, RecursionError):
        log.warning("refused a malformed frame")
        return None
    if not reflex_private.is_registered(frame.name):
        log.warning("refused an unknown event")
        return None
    return {**vars(frame), "router_data": vars(frame.router_data)}


def _well_formed(value: object) -> object:
    """The value with a replacement sign for each half of a character, as browsers have it too."""
    # Nearly every event has none: written out, a half begins like this, and little else does.
    return _mended(value) if "\\ud" in repr(value) else value


def _mended(value: object) -> object:
    match value:
        case str() if not value.isascii():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [_mended(item) for item in value]
        case dict():
            return {_mended(key): _mended(item) for key, item in value.items()}
    return value
