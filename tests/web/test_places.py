"""Projects, sections, labels and the trash, as a page uses them and as a stranger would."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.web.browser import BULK, FILTER, LIST, LIVE, ORDER, PANEL, PLACES, Browser, Tab
from todo_app.core.errors import NameTaken, NotFound
from todo_app.web.messages import MESSAGES

DROP = {"target": "before", "target_id": str(uuid4()), "stamp": 1}


async def go(tab: Tab, page: str, place_id: str) -> None:
    """Follow a link of the sidebar."""
    tab.path = f"{page}?id={place_id}"
    await tab.ask(f"{LIST}.show_list", name=page.strip("/"))


async def add_project(tab: Tab, name: str = "Garden") -> str:
    await tab.ask(f"{PLACES}.add_project", name=name)
    place_id: str = next(p["id"] for p in places(tab, "projects") if p["name"] == name)
    await go(tab, "/project", place_id)
    return place_id


def places(tab: Tab, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tab.shown[f"auth_state.{kind}"]
    return found


def shown(tab: Tab, name: str) -> Any:  # noqa: ANN401
    return tab.shown[f"task_list_state.{name}"]


def titles(tab: Tab) -> list[str]:
    return [row["title"] for row in tab.rows]


async def test_a_project_is_added_filled_renamed_and_deleted(alice: Browser) -> None:
    async with alice.tab("/today") as tab:
        await add_project(tab)
        for title in ("Sow", "Dig"):
            await tab.add(title)
        assert titles(tab) == ["Dig", "Sow"]
        assert [place["count"] for place in places(tab, "projects")] == [2]

        await tab.ask(f"{PLACES}.rename_place", name="Orchard")
        await tab.ask(f"{PLACES}.set_colour", colour="green")
        assert shown(tab, "place")["name"] == "Orchard"
        assert places(tab, "projects")[0]["colour"] == "green"

        await tab.ask(f"{PLACES}.delete_project")
        assert places(tab, "projects") == []
        await tab.ask(f"{PLACES}.show_trash")
        [entry] = tab.shown["places_state.trash"]
        assert (entry["name"], entry["is_project"]) == ("Orchard", True)
        await tab.ask(f"{PLACES}.restore", row_id=entry["id"], is_project=True)
        assert [place["count"] for place in places(tab, "projects")] == [2]
        assert tab.shown["places_state.trash"] == []


async def test_sections_head_their_tasks_in_their_order(alice: Browser) -> None:
    async with alice.tab("/today") as tab:
        await add_project(tab)
        for name in ("Spring", "Autumn"):
            await tab.ask(f"{PLACES}.add_section", name=name)
        spring, autumn = shown(tab, "sections")
        await tab.ask(f"{PLACES}.move_section_up", section_id=autumn["id"])
        assert [one["name"] for one in shown(tab, "sections")] == ["Autumn", "Spring"]
        await tab.ask(f"{PLACES}.rename_section", section_id=spring["id"], name="May")
        await tab.ask(f"{PLACES}.delete_section", section_id=autumn["id"])
        assert [one["name"] for one in shown(tab, "sections")] == ["May"]
        await tab.ask(f"{LIVE}.undo")
        assert [one["name"] for one in shown(tab, "sections")] == ["Autumn", "May"]

        await tab.add("Sow")
        [row] = tab.rows
        await drop(tab, row, section_id=spring["id"])
        assert standing(tab) == [("Autumn", "Sow"), ("May", "Sow")]
        await drop(tab, row, section_id=autumn["id"])
        assert standing(tab) == [("Autumn", "Sow"), ("May", "")]
        dropped = {"section_id": autumn["id"], "target": "after", "target_id": spring["id"]}
        await tab.ask(f"{ORDER}.drop_section", **dropped, stamp=9)
        assert standing(tab) == [("May", "Sow"), ("Autumn", "Sow")]


async def test_a_section_that_is_not_there_is_not_said_to_be_removed(alice: Browser) -> None:
    async with alice.tab("/today") as tab:
        await add_project(tab)
        await tab.ask(f"{PLACES}.delete_section", section_id=str(uuid4()))
        notice = tab.shown["auth_state.notice"]

    assert (notice["is_error"], notice["text"]) == (True, MESSAGES[NotFound])


def standing(tab: Tab) -> list[tuple[str, str]]:
    """The headings, each with the title of the row that it stands before."""
    names = {"": "", **{row["id"]: row["title"] for row in tab.rows}}
    return [
        (one["name"], names[one["before"]]) for one in shown(tab, "sections") if one["is_shown"]
    ]


async def drop(tab: Tab, *rows: dict[str, Any], stamp: int = 5, **where: str) -> None:
    """Drop rows somewhere."""
    [(target, target_id)] = where.items()
    place = {"target": target, "target_id": target_id, "first": False}
    await tab.ask(f"{ORDER}.drop_tasks", task_ids=[row["id"] for row in rows], **place, stamp=stamp)


async def test_a_task_stays_where_it_was_dropped_or_is_back_where_it_was(alice: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        for title in "cba":
            await tab.add(title)
        a, b, c = tab.rows
        await drop(tab, c, before=a["id"])
        assert titles(tab) == ["c", "a", "b"]
        assert tab.shown["auth_state.notice"]["can_undo"]
        await drop(tab, b, c, after=a["id"])
        assert titles(tab) == ["a", "c", "b"], "they keep their order, however they were chosen"
        assert tab.shown["auth_state.notice"]["text"] == "Moved 2 tasks"
        await tab.ask(f"{LIVE}.undo")
        assert titles(tab) == ["c", "a", "b"]
        await drop(tab, b, parent_id=c["id"])
        assert [row["depth"] for row in tab.rows] == [0, 1, 0]

        await drop(tab, c, stamp=77, parent_id=b["id"])
        assert titles(tab) == ["c", "b", "a"]
        assert tab.shown["auth_state.notice"]["is_error"]
        assert tab.shown["order_state.settled"] == 77

        await tab.open_task(b["id"])
        assert tab.shown["task_panel_state.whole"] == {"id": c["id"], "title": "c"}
        await tab.ask(f"{PLACES}.shift_tasks", task_ids=[b["id"]], shift="out")
        assert tab.shown["task_panel_state.whole"]["id"] == ""


async def test_projects_are_put_in_order_archived_and_brought_back(alice: Browser) -> None:
    async with alice.tab("/today") as tab:
        first, second, third = [await add_project(tab, name) for name in ("One", "Two", "Three")]
        dropped = {"project_id": third, "target": "before", "target_id": first, "stamp": 1}
        await tab.ask(f"{ORDER}.drop_project", **dropped)
        await tab.ask(f"{ORDER}.shift_project", side="before")
        await go(tab, "/project", second)
        await tab.ask(f"{ORDER}.shift_project", side="before")
        assert [place["name"] for place in places(tab, "projects")] == ["Three", "Two", "One"]

        await tab.ask(f"{PLACES}.archive_project")
        assert [place["name"] for place in places(tab, "projects")] == ["Three", "One"]
        await tab.ask(f"{PLACES}.show_archive")
        assert [one["name"] for one in tab.shown["places_state.archive"]] == ["Two"]
        await go(tab, "/project", second)
        assert shown(tab, "is_archived") is True
        await tab.ask(f"{PLACES}.unarchive_project", project_id=second)
        assert shown(tab, "is_archived") is False
        assert [place["name"] for place in places(tab, "projects")] == ["Three", "Two", "One"]
        assert tab.shown["places_state.archive"] == []


async def test_a_tick_in_an_archived_project_counts_nowhere(alice: Browser) -> None:
    async with alice.tab("/today") as tab:
        old = await add_project(tab, "Old")
        await go(tab, "/project", old)
        await tab.add("Sell the car @errand")
        assert [one["count"] for one in places(tab, "labels")] == [1]
        await tab.ask(f"{PLACES}.archive_project")
        assert [one["count"] for one in places(tab, "labels")] == [0]
        await go(tab, "/project", old)
        await tab.tick(tab.rows[0]["id"])
        assert tab.rows[0]["completed_on"]
        assert [one["count"] for one in places(tab, "labels")] == [0]
        assert not tab.shown["auth_state.recounted"]


async def test_labels_are_added_and_merged(alice: Browser, bob: Browser) -> None:
    async with alice.tab("/inbox") as tab, bob.tab("/inbox") as his:
        for name in ("errand", "shop"):
            await tab.ask(f"{PLACES}.add_label", name=name)
            await his.ask(f"{PLACES}.add_label", name=name)
        await tab.add("Buy milk")
        await tab.ask(f"{BULK}.toggle_label", task_ids=[tab.rows[0]["id"]], name="shop")
        errand, shop = places(tab, "labels")
        await go(tab, "/label", shop["id"])
        await go(his, "/label", places(his, "labels")[0]["id"])
        told = []
        for into_id in (errand["id"], str(uuid4())):
            await his.ask(f"{PLACES}.merge_label", into_id=into_id)
            told.append(his.shown["auth_state.notice"]["text"])
        assert told[0] == told[1]

        await tab.ask(f"{PLACES}.merge_label", into_id=errand["id"])
        assert [(one["name"], one["count"]) for one in places(tab, "labels")] == [("errand", 1)]
        await tab.ask(f"{LIVE}.undo")
        assert [one["count"] for one in places(tab, "labels")] == [0, 1]


async def test_tasks_are_shifted_and_folded(alice: Browser) -> None:
    async with alice.tab("/today") as tab:
        await add_project(tab)
        for title in ("c", "b", "a"):
            await tab.add(title)
        ids = {row["title"]: row["id"] for row in tab.rows}

        await tab.ask(f"{PLACES}.shift_tasks", task_ids=[ids["c"]], shift="up")
        assert titles(tab) == ["a", "c", "b"]
        await tab.ask(f"{PLACES}.shift_tasks", task_ids=[ids["c"]], shift="in")
        assert [(row["title"], row["depth"]) for row in tab.rows] == [("a", 0), ("c", 1), ("b", 0)]
        assert tab.rows[0]["parts"] == "0/1"
        assert tab.shown["auth_state.notice"]["text"] == "Moved “c”"
        await tab.ask(f"{PLACES}.shift_tasks", task_ids=[ids["a"]], shift="up")
        told = tab.shown["auth_state.notice"]
        assert (told["text"][:13], told["can_undo"]) == ("Nothing moved", False)

        await tab.ask(f"{PLACES}.fold_task", task_id=ids["a"], is_collapsed=True)
        assert titles(tab) == ["a", "b"]
        await tab.ask(f"{PLACES}.fold_task", task_id=ids["a"], is_collapsed=False)
        await tab.ask(f"{PLACES}.shift_tasks", task_ids=[ids["c"]], shift="out")
        assert [row["depth"] for row in tab.rows] == [0, 0, 0]


async def test_tasks_are_moved_only_where_one_sees_it(alice: Browser) -> None:
    async with alice.tab("/today") as tab:
        for title in ("b", "a"):
            await tab.add(title)
        before = alice.backend.every_row()["tasks"]
        for shift in ("up", "down", "in"):
            ids = [tab.rows[1]["id"]]
            await tab.ask(f"{PLACES}.shift_tasks", task_ids=ids, shift=shift)
            assert "an order of its own" in tab.shown["auth_state.notice"]["text"]
        assert alice.backend.every_row()["tasks"] == before


async def test_what_becomes_of_parts_and_their_whole_shows_at_once(alice: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        for title in ("c", "b", "a"):
            await tab.add(title)
        a, b, c = tab.rows
        await drop(tab, b, c, parent_id=a["id"])

        await tab.tick(b["id"])
        assert family(tab) == ("1/2", [("a", False), ("b", True), ("c", False)])
        await tab.tick(a["id"])
        assert family(tab) == ("2/2", [("a", True), ("b", True), ("c", True)])
        assert tab.shown["auth_state.counts"]["inbox"] == 0
        await tab.tick(c["id"], is_completed=False)
        assert family(tab) == ("1/2", [("a", False), ("b", True), ("c", False)])
        await tab.ask(f"{BULK}.complete_tasks", task_ids=[c["id"]])
        assert family(tab) == ("2/2", [("a", False), ("b", True), ("c", True)])

        await tab.open_task(c["id"])
        await tab.ask(f"{BULK}.delete_tasks", task_ids=[a["id"]])
        assert tab.rows == []
        assert tab.panel["id"] == ""


def family(tab: Tab) -> tuple[str, list[tuple[str, bool]]]:
    """How many parts of the first row are done, as it says, and which rows are."""
    return tab.rows[0]["parts"], [(row["title"], row["is_completed"]) for row in tab.rows]


async def test_a_task_gets_labels_and_another_project_in_the_panel(alice: Browser) -> None:
    async with alice.tab("/inbox") as tab:
        await tab.add("Sow")
        [row] = tab.rows
        await tab.open_task(row["id"])
        await tab.ask(f"{PLACES}.set_labels", task_id=row["id"], text="errand, Home ,")
        assert tab.panel["labels"] == "Home, errand"
        assert [place["count"] for place in places(tab, "labels")] == [1, 1]
        await tab.ask(f"{PLACES}.add_label", name="a,b")
        for text in ("a,b, errand, Home", "a,b, errand, Home, "):
            await tab.ask(f"{PLACES}.set_labels", task_id=row["id"], text=text)
            assert tab.panel["labels"] == "Home, a,b, errand"
        await tab.ask(f"{PLACES}.set_labels", task_id=row["id"], text="errand, Home")
        errand = next(place for place in places(tab, "labels") if place["name"] == "errand")

        await tab.ask(f"{PLACES}.add_project", name="Garden")
        [project] = places(tab, "projects")
        await tab.ask(f"{BULK}.move_to_project", task_ids=[row["id"]], project_id=project["id"])
        assert tab.rows == []
        await go(tab, "/label", errand["id"])
        assert [(one["title"], one["project"]) for one in tab.rows] == [("Sow", "Garden")]

        await tab.ask(f"{PLACES}.delete_label")
        assert [place["name"] for place in places(tab, "labels")] == ["a,b", "Home"]


async def test_notes_are_shown_as_markdown_without_anything_of_the_writers(
    alice: Browser,
) -> None:
    async with alice.tab("/inbox") as tab:
        await tab.add("Sow")
        await tab.open_task(tab.rows[0]["id"])
        await tab.save("notes", "**Now** <b>x</b> [bad](javascript:alert(1))")
        html = tab.panel["notes_html"]
    assert "<strong>Now</strong>" in html
    assert "<b>" not in html
    assert "href" not in html


@pytest.mark.parametrize(
    ("handler", "argument", "more"),
    [
        (f"{PLACES}.rename_section", "section_id", {"name": "Mine"}),
        (f"{PLACES}.delete_section", "section_id", {}),
        (f"{PLACES}.move_section_up", "section_id", {}),
        (f"{PLACES}.restore", "row_id", {"is_project": True}),
        (f"{PLACES}.restore", "row_id", {"is_project": False}),
        (f"{PLACES}.unarchive_project", "project_id", {}),
        (f"{ORDER}.drop_section", "section_id", DROP),
        (f"{ORDER}.drop_project", "project_id", DROP),
    ],
)
async def test_what_is_a_strangers_answers_as_what_is_not(
    alice: Browser, bob: Browser, handler: str, argument: str, more: dict[str, Any]
) -> None:
    async with alice.tab("/today") as tab:
        project_id = await add_project(tab)
        await tab.ask(f"{PLACES}.add_section", name="Secret section")
        [section] = shown(tab, "sections")
        await tab.add("Secret")
        task_id = tab.rows[0]["id"]
        await tab.ask(f"{PANEL}.delete_task", task_id=task_id)
        hers = {"section_id": section["id"], "project_id": project_id}.get(argument, task_id)
        if more.get("is_project"):
            await tab.ask(f"{PLACES}.delete_project")
            hers = project_id
    before = alice.backend.every_row()

    answers = []
    for wanted in (hers, str(uuid4())):
        async with bob.tab("/today") as tab:
            answers.append(repr(await tab.ask(handler, **{argument: wanted}, **more)))
            assert not tab.knows("Secret")
    assert answers[0] == answers[1]
    assert alice.backend.every_row() == before


@pytest.mark.parametrize("page", ["/project", "/label"])
async def test_the_page_of_a_strangers_place_is_that_of_none(
    alice: Browser, bob: Browser, page: str
) -> None:
    async with alice.tab("/today") as tab:
        place_id = await add_project(tab, "Secret")
        await tab.add("Secret task")
        await tab.ask(f"{PLACES}.set_labels", task_id=tab.rows[0]["id"], text="Secret label")
        if page == "/label":
            place_id = places(tab, "labels")[0]["id"]
    for wanted in (place_id, str(uuid4()), "nonsense"):
        async with bob.tab(f"{page}?id={wanted}") as tab:
            await tab.settle()
            assert shown(tab, "is_missing") is True
            assert tab.rows == []
            assert not tab.knows("Secret")


async def test_a_name_that_is_refused_is_told_at_its_field_until_there_is_a_better_one(
    alice: Browser,
) -> None:
    async with alice.tab("/today") as tab:

        async def refused(handler: str, **arguments: object) -> tuple[str, str]:
            await tab.ask(handler, **arguments)
            assert not tab.shown["auth_state.notice"]["is_error"]
            told: dict[str, str] = tab.shown["places_state.refused_name"]
            return told["of"], told["reason"]

        for name in ("errand", "shop"):
            await tab.ask(f"{PLACES}.add_label", name=name)
        project_id = await add_project(tab)
        await tab.ask(f"{PLACES}.add_section", name="Spring")
        [section] = shown(tab, "sections")
        given, too_long = tab.shown["places_state.names_given"], "A name has 1 to 100 characters."
        label_too_long, taken = "A label has 1 to 60 characters.", MESSAGES[NameTaken]

        assert await refused(f"{PLACES}.add_project", name=" ") == ("project", too_long)
        assert await refused(f"{PLACES}.add_label", name="x" * 61) == ("label", label_too_long)
        assert await refused(f"{PLACES}.add_label", name="Shop") == ("label", taken)
        assert await refused(f"{PLACES}.add_section", name="") == ("section", too_long)
        assert await refused(f"{FILTER}.save_filter", name="", text="p1") == ("filter", too_long)
        rename = f"{PLACES}.rename_section"
        answer = await refused(rename, section_id=section["id"], name="x" * 101)
        assert answer == (section["id"], too_long)
        answer = await refused(rename, section_id=section["id"], name="Spring")
        assert answer == ("", ""), "it is called that: nothing is wrong with it"
        answer = await refused(f"{PLACES}.rename_place", name="")
        assert answer == (project_id, too_long)
        label = places(tab, "labels")[0]
        await go(tab, "/label", label["id"])
        answer = await refused(f"{PLACES}.rename_place", name="shop")
        assert answer == (label["id"], taken)
        assert tab.shown["places_state.names_given"] == given
        assert await refused(f"{PLACES}.rename_place", name="errands") == ("", "")
        assert tab.shown["places_state.names_given"] == given + 1
