"""What comes in by a socket, before the framework sees it: well-formed events and nothing else."""

from __future__ import annotations

import json
import logging
import re
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.types import Message, Receive

from todo_app.web import reflex_private

log = logging.getLogger(__name__)

# To close, to live, to join with or without a first event, to leave, and an event.
_PACKET = re.compile(r"[13]\Z|40/_event,(\{|\Z)|41/_event,\Z|42/_event,\[")
_UNHEARD = [""]
"""An event that nobody has a handler for."""

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


def of_pages(receive: Receive) -> Receive:
    """What comes by a socket, but for packets that no page of ours sends."""

    async def receive_packet() -> Message:
        while True:
            message = await receive()
            if message["type"] != "websocket.receive" or _PACKET.match(message.get("text") or ""):
                return message
            log.warning("refused a malformed frame")

    return receive_packet


def content(text: str) -> object:
    """What the packet of a page says: its first event or one that it sends, or else nothing."""
    try:
        match json.loads(text):
            case {**greeting}:
                return greeting
            case ["event" | "client_error", _] as event:
                return event
    except (ValueError, RecursionError):
        pass
    log.warning("refused a malformed frame")
    return _UNHEARD


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
