"""The event handlers of the program, and arguments that fit them."""

from __future__ import annotations

import inspect
from typing import Any

from reflex_base.registry import RegisteredEventHandler

Handlers = dict[str, RegisteredEventHandler]

# What fits each argument of each handler, by its name: an argument that is missing here is new.
FITTING: dict[str, Any] = {
    "before": "",
    "change_id": "01a1fe18-4d88-758e-9c3c-f83b1a28e1be",
    "colour": "red",
    "choice": "dark",
    "component_stack": "at nowhere",
    "day": "2027-01-27",
    "days": 1,
    "drafts": [
        {
            "task": "01a1fe18-4d88-758e-9c3c-f83b1a28e1be",
            "field": "notes",
            "text": "Sent by nobody",
            "before": "",
            "shown": True,
        }
    ],
    "entries": [
        {
            "id": "01a1fe18-4d88-758e-9c3c-f83b1a28e1be",
            "title": "Sent by nobody",
            "off": "",
            "place": "/today",
            "age": 0,
        }
    ],
    "field": "title",
    "first": False,
    "hashes": [],
    "info": "TypeError",
    "into_id": "01a1fe18-4d88-758e-9c3c-f83b1a28e1be",
    "is_collapsed": True,
    "is_completed": True,
    "is_project": True,
    "is_visible": True,
    "line": "Sent by nobody",
    "minutes": 10,
    "name": "today",
    "off": "",
    "others": 1,
    "opened": 1,
    "project_id": "01a1fe18-4d88-758e-9c3c-f83b1a28e1be",
    "row_id": "01a1fe18-4d88-758e-9c3c-f83b1a28e1be",
    "section_id": "01a1fe18-4d88-758e-9c3c-f83b1a28e1be",
    "preference": "theme",
    "session_id": "01a1fe18-4d88-758e-9c3c-f83b1a28e1be",
    "shift": "up",
    "side": "before",
    "stamp": 1,
    "target": "before",
    "target_id": "01a1fe18-4d88-758e-9c3c-f83b1a28e1be",
    "priority": "1",
    "task_id": "01a1fe18-4d88-758e-9c3c-f83b1a28e1be",
    "task_ids": ["01a1fe18-4d88-758e-9c3c-f83b1a28e1be"],
    "ticks": [
        {
            "task": "01a1fe18-4d88-758e-9c3c-f83b1a28e1be",
            "title": "Sent by nobody",
            "done": True,
            "turn": "",
            "stamp": 1,
            "age": 0,
        }
    ],
    "text": "Sent by nobody",
    "title": "Sent by nobody",
    "token_id": "01a1fe18-4d88-758e-9c3c-f83b1a28e1be",
    "value": True,
    "var_name": "is_hydrated",
    "vars": {},
    "version": 1,
    "words": "every day",
}


def arguments_of(registered: RegisteredEventHandler) -> list[str]:
    """The names of what a handler takes."""
    return list(inspect.signature(registered.handler.fn).parameters)[1:]


def fitting_payload(registered: RegisteredEventHandler) -> dict[str, Any]:
    """Arguments as a page would send them."""
    return {name: FITTING[name] for name in arguments_of(registered)}


def required_payload(registered: RegisteredEventHandler) -> dict[str, Any]:
    """The same, but for what a page may leave out."""
    parameters = inspect.signature(registered.handler.fn).parameters
    return {
        name: value
        for name, value in fitting_payload(registered).items()
        if parameters[name].default is inspect.Parameter.empty
    }
