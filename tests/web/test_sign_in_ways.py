from __future__ import annotations

from datetime import UTC, datetime

import pytest

from todo_app.core.second_factor import SecondFactorView
from todo_app.web.components.sign_in_ways import NO_KEY, _by_code, _by_passkey

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
OFF = SecondFactorView(
    is_on=False, is_possible=True, is_begun=False, since=None, recovery_codes_left=None
)


@pytest.mark.parametrize(
    ("changes", "details", "action"),
    [
        ({}, "A code of an app", "Set up"),
        ({"is_begun": True}, "Begun:", "Go on"),
        ({"is_possible": False}, NO_KEY, ""),
        ({"is_on": True, "since": NOW, "recovery_codes_left": 9}, "Since ", "Manage"),
    ],
)
def test_codes_say_whether_they_are_on_and_offer_what_can_be_done(
    changes: dict[str, object], details: str, action: str
) -> None:
    way = _by_code(OFF.model_copy(update=changes), "UTC")

    assert (way["is_on"], way["action"]) == ("is_on" in changes, action)
    assert way["details"].startswith(details)


def test_passkeys_are_named() -> None:
    names = ["Phone", "Key on my ring"]

    assert [_by_passkey([])["action"], _by_passkey(names)["action"]] == ["Set up", "Manage"]
    assert _by_passkey(names)["details"] == "Phone, Key on my ring"
