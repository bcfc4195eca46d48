"""Every screen, light and dark, narrow and wide: for everybody, in bounds, and on a picture.

The pictures are in test-results/screens/, to be looked at.
"""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.e2e.axe import ALL_RULES, COLOUR_RULES, come_to_rest, violations
from tests.e2e.conftest import PHONE, WIDE, OpenContext
from tests.e2e.gallery import EMPTY_SCREENS, SCREENS, furnish
from tests.e2e.person import Person, new_person
from tests.e2e.program import ROOT, Program
from tests.e2e.screen import go_to, is_ready, quick_entry, tick, toast
from tests.e2e.watch import Watch

PICTURES = ROOT / "test-results" / "screens"
TOUCH_PIXELS = 44
FOCUS_RING_PIXELS = 6
PLACES = ("project", "label", "history", "archive", "trash", "filter", "chosen")
SETTINGS = ("account", "preferences", "security", "tokens")

# Everything visible that reaches beyond the sides, but for what an ancestor clips or scrolls.
OUT_OF_BOUNDS = """async () => {
    // What moves because the width was changed has come to rest.
    for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
    const width = document.documentElement.clientWidth;
    const found = [];
    if (document.documentElement.scrollWidth > width) found.push('the page scrolls sideways');
    for (const element of document.body.querySelectorAll('*')) {
        const box = element.getBoundingClientRect();
        const isOut = box.right > width + 0.5 || box.left < -0.5;
        if (!isOut || !box.width || !element.checkVisibility({visibilityProperty: true})) continue;
        if (element.closest('svg, .skip, .only-read-aloud')) continue;
        let clip = element.parentElement;
        while (clip && getComputedStyle(clip).overflowX === 'visible') clip = clip.parentElement;
        const within = clip?.getBoundingClientRect();
        if (clip && clip !== document.body && within.right <= width + 0.5) continue;
        found.push(element.outerHTML.slice(0, 120));
    }
    return found;
}"""


async def test_every_screen_is_for_everybody_and_within_its_sides(
    open_context: OpenContext, site: Program, watch: Watch, alice: Person
) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    found: dict[str, list[str]] = {}
    stranger = await (await open_context(reduced_motion="reduce")).new_page()
    for screens, person in ((EMPTY_SCREENS, alice), (SCREENS, new_furnished(site))):
        member = await (await open_context(person, reduced_motion="reduce")).new_page()
        for screen in screens:
            page = member if screen.is_private else stranger
            await page.emulate_media(color_scheme="light")
            await page.set_viewport_size(WIDE)
            await screen.show(page, site.origin)
            for theme in ("light", "dark"):
                await page.emulate_media(color_scheme=theme)
                await expect(page.locator("html")).to_have_class(theme)
                for size, limit in ((WIDE, 2560), (PHONE, 320)):
                    name = f"{screen.name}-{size['width']}-{theme}"
                    # No theme takes more room than another, or has other parts.
                    is_first = theme == "light"
                    problems = await out_of_bounds(page, size, limit) if is_first else []
                    await draw(page, size, name)
                    problems += await violations(page, ALL_RULES if is_first else COLOUR_RULES)
                    if problems:
                        found[name] = problems
    watch.forgive("404.*no/such/page|answer 404: .*no/such/page")
    assert found == {}


async def out_of_bounds(page: Page, size: dict[str, int], limit: int) -> list[str]:
    """What is beyond the sides at a size, and at a limit of width."""
    await page.set_viewport_size({**size, "width": limit})
    problems: list[str] = await page.evaluate(OUT_OF_BOUNDS)
    await page.set_viewport_size(size)
    return problems + await page.evaluate(OUT_OF_BOUNDS)


async def draw(page: Page, size: dict[str, int], name: str) -> None:
    """Make a picture of it at a size."""
    await page.set_viewport_size(size)
    await come_to_rest(page)
    await page.screenshot(path=PICTURES / f"{name}.png")


def new_furnished(site: Program) -> Person:
    person = new_person(site, "Ada Lovelace")
    furnish(person)
    person.api.close()
    return person


async def test_what_a_finger_meets_on_a_phone_is_large_enough(
    open_context: OpenContext, site: Program
) -> None:
    options = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
    page = await (await open_context(new_furnished(site), **options)).new_page()
    screens = {screen.name: screen for screen in SCREENS}
    small: list[str] = []
    stranger = await (await open_context(**options)).new_page()
    for name in ("sign-in", "sign-up", "forgotten-password"):
        await screens[name].show(stranger, site.origin)
        small += [f"{name}: {text}" for text in await small_targets(stranger)]
    for name in ("today", "today-panel", "menu", "toast", "completed", *PLACES, *SETTINGS):
        await screens[name].show(page, site.origin)
        small += [f"{name}: {text}" for text in await small_targets(page)]
        if name == "today-panel":
            assert await room_below_title(page) >= FOCUS_RING_PIXELS
    await go_to(page, "Inbox")
    await page.get_by_role("button", name="Add a task").tap()
    await expect(quick_entry(page)).to_be_focused()
    await expect(quick_entry(page)).to_be_in_viewport()
    small += [f"quick entry: {text}" for text in await small_targets(page)]
    assert small == []


async def room_below_title(page: Page) -> float:
    found: float = await page.evaluate(
        """() => document.querySelector('.panel .prose').getBoundingClientRect().top
            - document.getElementById('task-title').getBoundingClientRect().bottom"""
    )
    return found


async def small_targets(page: Page) -> list[str]:
    """What can be pressed on a smaller place; links in running text may be."""
    found: list[str] = await page.evaluate(
        """least => [...document.querySelectorAll('a, button, input, select, textarea')]
            .filter(element => element.checkVisibility({visibilityProperty: true}))
            .filter(element => !element.closest('.skip, .prose'))
            .map(element => [element.closest('label') ?? element, element])
            .map(([target, element]) => [target.getBoundingClientRect(), element])
            .filter(([box]) => box.width)
            .map(([box, element]) => {
                const more = getComputedStyle(element, '::after');
                const isMore = more.position === 'absolute';
                return [...['width', 'height'].map(
                    side => Math.max(box[side], isMore ? parseFloat(more[side]) : 0)
                ), element];
            })
            .filter(([width, height]) => Math.min(width, height) < least - .5)
            .map(([width, height, element]) => `${Math.round(width)} x ${Math.round(height)}: `
                + element.outerHTML.slice(0, 100))""",
        TOUCH_PIXELS,
    )
    return found


async def test_a_finger_chooses(open_context: OpenContext, site: Program) -> None:
    options = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
    page = await (await open_context(new_furnished(site), **options)).new_page()
    projects = next(screen for screen in SCREENS if screen.name == "project-menu")
    await projects.show(page, site.origin)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Select").tap()
    await expect(page.get_by_role("checkbox", name="Select Renew passport")).to_be_visible()
    await page.goto(f"{site.origin}/today")
    await page.get_by_role("button", name="Select").tap()
    await page.get_by_role("checkbox", name="Select Water the tomatoes").tap()
    await page.get_by_role("checkbox", name="Select Renew passport").tap()
    bar = page.get_by_role("region", name="Selected tasks")
    await expect(bar).to_contain_text("2 selected")
    assert await small_targets(page) == []
    await bar.get_by_role("button", name="Complete").tap()
    await expect(tick(page, "Water the tomatoes")).to_be_checked()


async def test_a_finger_ticks_and_opens(open_context: OpenContext, site: Program) -> None:
    options = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
    page = await (await open_context(new_furnished(site), **options)).new_page()
    await page.goto(f"{site.origin}/today")
    await tick(page, "Water the tomatoes").tap()
    await expect(tick(page, "Water the tomatoes")).to_be_checked()
    await page.get_by_text("Renew passport").tap()
    await expect(page.get_by_label("Title")).to_have_value("Renew passport")
    await page.get_by_label("Close").tap()
    await expect(page.get_by_label("Title")).to_have_count(0)
    await page.get_by_role("button", name="Reschedule").tap()
    await page.get_by_role("dialog", name="Due").get_by_role("button", name="Tomorrow").tap()
    await expect(page.get_by_role("heading", name="Overdue")).to_have_count(0)
    await expect(toast(page)).to_contain_text("“Renew passport”: Tomorrow")
    await toast(page).get_by_role("button", name="Undo").tap()
    await expect(page.get_by_role("heading", name="Overdue")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_theme_follows_the_system_until_it_is_set(
    open_context: OpenContext, site: Program, alice: Person, theme: str
) -> None:
    other = {"light": "dark", "dark": "light"}[theme]
    page = await (await open_context(alice, color_scheme=theme)).new_page()
    await page.goto(f"{site.origin}/today")
    await is_ready(page)
    html = page.locator("html")
    await expect(html).to_have_class(theme)
    await page.emulate_media(color_scheme=other)
    await expect(html).to_have_class(other)
    await page.get_by_role("button", name="Account").click()
    await page.get_by_role("button", name=theme.title(), exact=True).click()
    await expect(html).to_have_class(theme)
    await expect(page.get_by_role("button", name=theme.title(), exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    # It is kept with the account, and the page that is loaded next has it from there.
    await expect(toast(page)).to_contain_text("Saved")
    await has_no_flash(page, theme)
    await page.get_by_role("button", name="Account").click()
    await page.get_by_role("button", name="System").click()
    await expect(html).to_have_class(other)


async def has_no_flash(page: Page, theme: str) -> None:
    """Reload, and see that the page never was of another colour, from its first frame on."""
    await page.add_init_script(
        """window.themes = new Set();
        const note = () => {
            if (document.body) window.themes.add(document.documentElement.className);
            requestAnimationFrame(note);
        };
        requestAnimationFrame(note);"""
    )
    await page.reload()
    await is_ready(page)
    assert await page.evaluate("[...window.themes]") == [theme]
