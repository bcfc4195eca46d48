from __future__ import annotations

import ast
from pathlib import Path
from typing import get_args

import pytest

from todo_app.core import errors
from todo_app.core.changes import Act
from todo_app.core.errors import ChangedSince, Flaw, InvalidInput, TodoError, TooManyAttempts
from todo_app.web import messages

CORE = Path(errors.__file__).parent


def family(kind: type[TodoError]) -> list[type[TodoError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in family(child))]


def of_core() -> list[type[TodoError]]:
    return sorted(
        {kind for kind in family(TodoError) if kind.__module__ == errors.__name__},
        key=lambda kind: kind.__name__,
    )


def reasons_in_core() -> set[str]:
    """Every reason that core gives for refusing a value, read from its sources."""
    calls = (
        node
        for path in CORE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == InvalidInput.__name__
    )
    reasons = [call.args[1] for call in calls]
    assert all(isinstance(reason, ast.Constant) for reason in reasons)
    return {str(reason.value) for reason in reasons if isinstance(reason, ast.Constant)}


@pytest.mark.parametrize("kind", of_core(), ids=lambda kind: kind.__name__)
def test_every_refusal_of_core_has_its_sentence(kind: type[TodoError]) -> None:
    sentence = messages.MESSAGES[kind]

    assert sentence.endswith(".")
    assert sentence[0].isupper()


def test_every_reason_of_core_for_refusing_a_value_has_its_sentence() -> None:
    reasons = reasons_in_core()

    assert "too_short" in reasons
    assert reasons <= messages.FIELD_MESSAGES.keys()


def test_no_sentence_is_kept_for_a_refusal_that_core_does_not_know() -> None:
    assert set(messages.MESSAGES) == set(of_core())


@pytest.mark.parametrize(
    ("seconds", "wait"),
    [
        (1, "1 second"),
        (2, "2 seconds"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (61, "2 minutes"),
        (3_600, "60 minutes"),
    ],
)
def test_a_wait_is_told_in_words_and_never_too_short(seconds: int, wait: str) -> None:
    assert messages.message(TooManyAttempts(seconds)) == f"Too many attempts. Try again in {wait}."


def test_a_value_refused_for_an_unknown_reason_is_still_explained() -> None:
    assert messages.message(InvalidInput("field", "new")) == messages.MESSAGES[InvalidInput]


def test_every_flaw_of_a_filter_is_told_in_a_sentence() -> None:
    assert set(messages.FLAW_MESSAGES) == set(get_args(Flaw))


def test_every_act_of_the_change_log_has_its_words() -> None:
    assert set(messages.ACT_MESSAGES) == set(get_args(Act))


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ChangedSince("due", None), "This cannot be undone: the due date was changed since."),
        (
            ChangedSince("title", "Bob", way="web"),
            "This cannot be undone: the title was changed since by Bob, in the browser.",
        ),
        (
            ChangedSince("title", None, way="api"),
            "This cannot be undone: the title was changed since by you, by the API.",
        ),
        (
            ChangedSince("title", None, "pc", "token"),
            (
                "This cannot be undone: the title was changed since by you,"
                " with the API token \u201cpc\u201d."
            ),
        ),
        (ChangedSince("?", None), "This cannot be undone: something was changed since."),
    ],
    ids=lambda value: getattr(value, "field", ""),
)
def test_what_cannot_be_undone_names_what_was_changed_and_by_whom(
    error: ChangedSince, sentence: str
) -> None:
    assert messages.message(error) == sentence
