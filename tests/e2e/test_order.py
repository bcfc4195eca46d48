"""A project put in order: by a mouse, by a finger, and by keys alone."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from tests.e2e.axe import come_to_rest, violations
from tests.e2e.conftest import PHONE, OpenContext
from tests.e2e.person import Person
from tests.e2e.program import Program
from tests.e2e.screen import is_ready, open_panel, panel, row, toast

PATH_OF_GARDEN = "/project?id="
OUTLINE = """wanted => wanted === [
    ...document.querySelectorAll('.rows > :is([data-id], [data-section])')
].map(item =>
    '.'.repeat(item.dataset.depth ?? 0) + item.querySelector('.title, h2').textContent
).join(' ')"""


def furnish(alice: Person) -> str:
    """Two projects; the first with four tasks and two empty sections. Its id."""
    garden, _ = [_post(alice, "/projects", name=name) for name in ("Garden", "Home")]
    for name in ("Spring", "Autumn"):
        _post(alice, "/sections", project_id=garden, name=name)
    for title in "abcd":
        alice.add_task(title, project_id=garden)
    return garden


def _post(alice: Person, path: str, **fields: str) -> str:
    answer = alice.api.post(path, json=fields)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def shows(page: Page, wanted: str, moved: str = "") -> None:
    """Wait until the list is so, a dot for each step to the right, and the server agrees."""
    await page.wait_for_function(OUTLINE, arg=wanted)
    await expect(toast(page)).to_contain_text(f"Moved {moved}")
    await page.wait_for_function(OUTLINE, arg=wanted)


async def drag(page: Page, what: Locator, to: Locator, *, x: int = 0, y: int = 0) -> None:
    """Carry something to a place beside the middle of another thing."""
    await come_to_rest(page)
    start, goal = await what.bounding_box(), await to.bounding_box()
    assert start is not None
    assert goal is not None
    at = (start["x"] + 60, start["y"] + start["height"] / 2)
    await page.mouse.move(*at)
    await page.mouse.down()
    await page.mouse.move(at[0], at[1] + 12)
    below = goal["y"] + goal["height"] / 2 + y
    await page.mouse.move(at[0] + x if x or to != what else at[0], below, steps=4)
    if "place" in (await to.get_attribute("class") or ""):
        await page.mouse.move(goal["x"] + 40, below)
    await page.mouse.up()


def title(page: Page, text: str) -> Locator:
    return row(page, text).locator(".row")


def heading(page: Page, text: str) -> Locator:
    return page.locator(".rows h2").filter(has_text=text)


def choice(page: Page, text: str) -> Locator:
    return page.get_by_role("checkbox", name=f"Select {text}", exact=True)


async def test_a_project_is_put_in_order_by_the_mouse(
    page: Page, site: Program, alice: Person
) -> None:
    garden = furnish(alice)
    await page.goto(f"{site.origin}{PATH_OF_GARDEN}{garden}")
    await is_ready(page)
    await expect(heading(page, "Autumn")).to_be_visible()
    await drag(page, title(page, "c"), title(page, "a"), y=-10)
    await shows(page, "c a b d Spring Autumn", "“c”")
    await expect(panel(page)).to_have_count(0)
    await drag(page, title(page, "b"), title(page, "a"), x=30, y=10)
    await shows(page, "c a .b d Spring Autumn", "“b”")
    await drag(page, title(page, "a"), heading(page, "Autumn"), y=15)
    await shows(page, "c d Spring Autumn a .b", "“a”")
    await drag(page, heading(page, "Autumn"), heading(page, "Spring"), y=-15)
    await shows(page, "c d Autumn a .b Spring", "“Autumn”")
    await page.reload()
    await is_ready(page)
    await page.wait_for_function(OUTLINE, arg="c d Autumn a .b Spring")

    home = page.get_by_role("navigation", name="Main").get_by_role("link", name="Home")
    await drag(page, title(page, "a"), home)
    await shows(page, "c d Autumn Spring", "“a”")
    await expect(home.locator(".count")).to_have_text("2")
    await page.keyboard.press("Control+z")
    await expect(row(page, "a")).to_be_visible()
    await page.wait_for_function(OUTLINE, arg="c d Autumn a .b Spring")
    await expect(home.locator(".count")).to_have_count(0)

    for text in "dc":
        await row(page, text).locator(".choose").click()
    await drag(page, title(page, "d"), title(page, "b"), y=10)
    await shows(page, "Autumn a .b c d Spring")
    await expect(toast(page)).to_contain_text("Moved 2 tasks")
    await expect(page.locator(".row.chosen")).to_have_count(2)
    await page.keyboard.press("Control+z")
    await page.wait_for_function(OUTLINE, arg="c d Autumn a .b Spring")
    await page.keyboard.press("Escape")

    projects = page.locator(".sidebar li[data-drag=project]")
    await drag(page, projects.filter(has_text="Home"), projects.filter(has_text="Garden"), y=-10)
    await expect(projects.first).to_have_text("Home")
    await expect(toast(page)).to_contain_text("Moved “Home”")

    await page.mouse.move(*[600, 300])
    await drag(page, title(page, "d"), title(page, "d"))
    await expect(page.locator(".carried")).to_have_count(0)
    await open_panel(page, "b")
    await panel(page).get_by_role("button", name="Take out of its task").click()
    await shows(page, "c d Autumn a b Spring")
    assert await violations(page) == []


async def open_garden_on_phone(open_context: OpenContext, site: Program, alice: Person) -> Page:
    garden = furnish(alice)
    context = await open_context(alice, viewport=PHONE, has_touch=True, is_mobile=True)
    page = await context.new_page()
    await page.goto(f"{site.origin}{PATH_OF_GARDEN}{garden}")
    await is_ready(page)
    return page


async def test_a_finger_that_holds_still_drags(
    open_context: OpenContext, site: Program, alice: Person
) -> None:
    page = await open_garden_on_phone(open_context, site, alice)
    await come_to_rest(page)
    boxes = [await title(page, text).bounding_box() for text in "ad"]
    top, start = (box for box in boxes if box)
    finger = await page.context.new_cdp_session(page)

    async def touch(kind: str, y: float | None = None) -> None:
        points = [] if y is None else [{"x": 150, "y": y}]
        await finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    from_y = start["y"] + 20
    await touch("touchStart", from_y)
    await expect(page.locator(".carried")).to_be_visible()
    for part in (0.3, 0.7, 1):
        await touch("touchMove", from_y + (top["y"] + 4 - from_y) * part)
    await touch("touchEnd")
    await shows(page, "d a b c Spring Autumn")

    [whole] = [task for task in alice.api.get("/tasks").json()["items"] if task["title"] == "d"]
    alice.add_task("e", parent_id=whole["id"])
    fold = page.get_by_role("button", name="Subtasks of d")
    await expect(fold).to_be_visible()
    box = await fold.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44
    await fold.tap()
    await expect(row(page, "e")).to_have_count(0)
    await page.goto(f"{site.origin}/history")
    # A finger need not hit the name.
    await page.locator(".step .what").first.tap(force=True, position={"x": 200, "y": 36})
    await expect(panel(page).get_by_label("Title")).to_have_value("e")


async def test_a_finger_that_taps_puts_a_task_in_order(
    open_context: OpenContext, site: Program, alice: Person
) -> None:
    page = await open_garden_on_phone(open_context, site, alice)
    place = (await open_panel(page, "c")).get_by_role("group", name="Place")
    said = panel(page).locator(".steps p")
    await expect(said).to_have_text("Below “b”")
    for name, outline, words in (
        ("Move up", "a c b d Spring Autumn", "Below “a”"),
        ("Make a subtask", "a .c b d Spring Autumn", "At the top"),
        ("Take out of its task", "a c b d Spring Autumn", "Below “a”"),
        ("Move down", "a b c d Spring Autumn", "Below “b”"),
        ("Move down", "a b d c Spring Autumn", "Below “d”"),
        ("Move down", "a b d Spring c Autumn", "Spring · At the top"),
    ):
        await place.get_by_role("button", name=name).tap()
        await shows(page, outline, "“c”")
        await expect(said).to_have_text(words)
    for name, is_possible in (
        ("Move up", "false"),
        ("Move down", "false"),
        ("Make a subtask", "true"),
        ("Take out of its task", "true"),
    ):
        button = place.get_by_role("button", name=name)
        await expect(button).to_have_attribute("aria-disabled", is_possible)
        box = await button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44


async def test_a_project_is_put_in_order_by_keys_alone(
    page: Page, site: Program, alice: Person
) -> None:
    garden = furnish(alice)
    await page.goto(f"{site.origin}{PATH_OF_GARDEN}{garden}")
    await is_ready(page)
    keys = page.keyboard
    for key in ("j", "j", "x"):
        await keys.press(key)
    await expect(choice(page, "b")).to_be_checked()
    await keys.press("Tab")
    await shows(page, "a .b c d Spring Autumn")
    await expect(row(page, "b").locator(".open")).to_be_focused()
    await keys.press("Shift+Tab")
    await shows(page, "a b c d Spring Autumn")
    await keys.press("Escape")
    await expect(choice(page, "b")).not_to_be_checked()
    await keys.press("Tab")
    await expect(row(page, "b").locator(".open")).not_to_be_focused()

    await row(page, "b").locator(".open").focus()
    await keys.press("Alt+Shift+ArrowRight")
    await shows(page, "a .b c d Spring Autumn")
    await keys.press("@")
    picker = page.get_by_role("dialog", name="Give or take off a label")
    await expect(picker).to_be_visible()
    await keys.type("errand")
    await expect(picker.get_by_role("option", name="New label")).to_contain_text("errand")
    await keys.press("Enter")
    await expect(row(page, "b")).to_contain_text("errand")
    await expect(row(page, "b").locator(".open")).to_be_focused()

    await keys.press("x")
    await keys.press("Shift+ArrowDown")
    await expect(page.locator(".row.chosen")).to_have_count(2)
    await keys.press("#")
    assert await violations(page) == []
    await keys.type("hom")
    await keys.press("Enter")
    await expect(toast(page)).to_contain_text("Moved 2 tasks to Home")
    await page.wait_for_function(OUTLINE, arg="a d Spring Autumn")

    await keys.press("Control+k")
    await keys.type("go home")
    await keys.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Home")
    await page.wait_for_function(OUTLINE, arg="b c")


async def test_a_name_that_is_refused_stays_in_its_form(page: Page, site: Program) -> None:
    await page.goto(f"{site.origin}/inbox")
    await is_ready(page)
    add = page.get_by_role("navigation", name="Main").get_by_role("button", name="Add a label")
    name = page.get_by_label("Name of the label")
    await add.click()
    await name.fill("errand")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("errand")
    await expect(name).to_be_hidden()
    await add.click()
    await expect(name).to_be_focused()
    await expect(name).to_have_value("")
    await name.fill("Errand")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("There is another one with this name.")
    await expect(name).to_have_value("Errand")
    await expect(name).to_be_focused()
