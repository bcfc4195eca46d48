"""The rules of the house, held by tests where no linter holds them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TypeGuard

import pytest

from todo_app.core import errors
from todo_app.core.errors import TodoError

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = ROOT / "todo_app"
CORE = PROGRAM / "core"
FILES = sorted(PROGRAM.rglob("*.py"))
FILE_MAX_LINES = 400
FUNCTION_MAX_LINES = 40
# Names that say nothing about what is inside.
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
# OWASP ASVS 5.0.0: how many requirements each section has, of those that docs/security.md covers.
ASVS = {
    "3.3": 5,
    "3.4": 8,
    "3.5": 8,
    "6.1": 3,
    "6.2": 12,
    "6.3": 8,
    "6.4": 6,
    "6.5": 8,
    "6.6": 4,
    "6.7": 2,
    "6.8": 4,
    "7.1": 3,
    "7.2": 4,
    "7.3": 2,
    "7.4": 5,
    "7.5": 3,
    "7.6": 2,
    "8.1": 4,
    "8.2": 4,
    "8.3": 3,
    "8.4": 2,
    "9.1": 3,
    "9.2": 4,
}
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def nodes(folder: Path) -> list[tuple[str, ast.AST]]:
    """Every node of every file, with the place to show when it breaks a rule."""
    return [
        (f"{name}:{getattr(node, 'lineno', 0)}", node)
        for name, path in ((path.relative_to(ROOT), path) for path in FILES)
        if path.is_relative_to(folder)
        for node in ast.walk(tree(path))
    ]


def is_public_class(node: ast.AST) -> TypeGuard[ast.ClassDef]:
    return isinstance(node, ast.ClassDef) and not node.name.startswith("_")


def calls_of(folder: Path, names: set[tuple[str, str]]) -> list[str]:
    """Where `name.attribute` is called in a folder."""
    return [
        place
        for place, node in nodes(folder)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and (node.func.value.id, node.func.attr) in names
    ]


def family(error: type[TodoError]) -> set[type[TodoError]]:
    """An error and everything that descends from it."""
    return {error}.union(*map(family, error.__subclasses__()))


def test_imports_point_inward_and_core_knows_no_face() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run(
        [program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert found.returncode == 0, found.stdout


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {path.relative_to(ROOT): len(path.read_text("utf-8").splitlines()) for path in FILES}

    assert {path: length for path, length in lengths.items() if length > FILE_MAX_LINES} == {}


def test_no_function_is_longer_than_40_lines() -> None:
    too_long = [
        f"{place} {node.name}"
        for place, node in nodes(PROGRAM)
        if isinstance(node, Function)
        and (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_MAX_LINES
    ]

    assert too_long == []


def test_every_file_and_class_has_a_name_that_says_something() -> None:
    files = [str(path) for path in FILES if EMPTY_NAMES & set(path.stem.lower().split("_"))]
    folders = [path for path in PROGRAM.rglob("*/") if path.name in EMPTY_NAMES]
    classes = [
        f"{place} {node.name}"
        for place, node in nodes(PROGRAM)
        if isinstance(node, ast.ClassDef) and node.name.lower().endswith(tuple(EMPTY_NAMES))
    ]

    assert files + folders + classes == []


def test_packages_are_empty_but_for_the_registry_of_pages_and_the_names_of_tables() -> None:
    full = {folder / "__init__.py" for folder in (PROGRAM / "web" / "pages", CORE / "models")}
    packages = [path for path in FILES if path.name == "__init__.py" and path not in full]

    assert packages
    assert [path for path in packages if path.read_text("utf-8").strip()] == []


def test_only_the_database_module_commits() -> None:
    commits = {
        place.partition(":")[0]
        for place, node in nodes(PROGRAM)
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    }

    # Below it are the drivers, which carry out what it asks for.
    drivers = {"todo_app/core/postgresql.py", "todo_app/core/sqlite.py"}
    assert commits - drivers == {"todo_app/core/database.py"}


def test_every_public_function_of_core_says_what_it_does() -> None:
    silent = []
    for path in FILES:
        if path.is_relative_to(CORE):
            scopes = [tree(path), *(node for node in tree(path).body if is_public_class(node))]
            silent += [
                f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
                for scope in scopes
                for node in scope.body
                if isinstance(node, Function | ast.ClassDef)
                and not node.name.startswith("_")
                and ast.get_docstring(node) is None
            ]

    assert silent == []


def test_every_module_says_what_lives_in_it() -> None:
    modules = [path for path in FILES if path.name != "__init__.py"]

    assert [path for path in modules if ast.get_docstring(tree(path)) is None] == []


def test_there_is_one_clock() -> None:
    clock = "todo_app/core/clock.py"

    assert [place for place in calls_of(PROGRAM, CLOCKS) if not place.startswith(clock)] == []
    assert calls_of(CORE, CLOCKS)


def test_operations_of_core_take_the_database_and_the_actor_first() -> None:
    wrong = []
    for place, node in nodes(CORE):
        if isinstance(node, ast.AsyncFunctionDef):
            names = [argument.arg for argument in node.args.args]
            if "db" in names and names[0] != "db":
                wrong.append(f"{place} {node.name}")
            if {"db", "actor"} <= set(names) and names[:2] != ["db", "actor"]:
                wrong.append(f"{place} {node.name}")

    assert wrong == []


def test_no_variable_that_a_page_shows_is_changed_in_place() -> None:
    changed = [
        place
        for place, node in nodes(PROGRAM / "web")
        if isinstance(node, ast.Subscript)
        and not isinstance(node.ctx, ast.Load)
        and is_shown(node.value)
    ]

    assert changed + calls_on_shown({"append", "clear", "extend", "pop", "update"}) == []


def is_shown(node: ast.AST) -> TypeGuard[ast.Attribute]:
    """Whether it is a public variable of a state, or a part of one."""
    while isinstance(node, ast.Subscript):
        node = node.value
    is_own = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    return is_own and node.value.id == "self" and not node.attr.startswith("_")


def calls_on_shown(names: set[str]) -> list[str]:
    """Where these methods of a variable that a page shows are called."""
    return [
        place
        for place, node in nodes(PROGRAM / "web")
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in names
        and is_shown(node.func.value)
    ]


def test_every_error_of_core_lives_in_its_module() -> None:
    assert {error.__module__ for error in family(TodoError)} == {errors.__name__}


def test_every_test_that_the_security_page_names_exists() -> None:
    page = (ROOT / "docs" / "security.md").read_text("utf-8")
    named = re.findall(r"`([a-z0-9_/]+\.py)::(test_\w+)`", page)

    missing = [
        f"{path}::{name}"
        for path, name in named
        if not re.search(rf"def {name}\(", (ROOT / "tests" / path).read_text("utf-8"))
    ]

    assert len(named) > 50
    assert missing == []


def test_every_promise_of_security_has_a_test_named_after_it() -> None:
    page = (ROOT / "docs" / "security.md").read_text("utf-8")
    promises = set(re.findall(r"^\| (\d+)\. ", page, re.MULTILINE))

    assert len(promises) > 20
    assert promises == set(re.findall(r"::test_promise_(\d+)_", page))


def test_no_requirement_of_the_chapters_on_identity_is_passed_over() -> None:
    page = (ROOT / "docs" / "security.md").read_text("utf-8")

    wanted = {f"{part}.{number + 1}" for part, count in ASVS.items() for number in range(count)}
    assert wanted - set(re.findall(r"\d\.\d\.\d+", page)) == set()


def test_the_api_has_an_answer_for_every_error_of_core() -> None:
    from todo_app.api.problems import STATUS_BY_ERROR

    assert family(TodoError) - {TodoError} <= STATUS_BY_ERROR.keys()


@pytest.mark.parametrize("error", sorted(family(TodoError), key=lambda error: error.__name__))
def test_the_web_has_a_sentence_for_every_error_of_core(error: type[TodoError]) -> None:
    from todo_app.web.messages import MESSAGES

    assert MESSAGES[error].endswith((".", "!"))
