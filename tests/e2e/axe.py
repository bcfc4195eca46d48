"""What axe-core finds on a page, in lines that say where."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

from playwright.async_api import Page

ALL_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The other rules look at what a page is made of and where it is, which no theme changes.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]

# Colours pass softly into others, and what comes does not at once; what stays in motion is left.
_AT_REST = """async () => {
    const isShort = move => move.effect.getComputedTiming().endTime < 1000;
    await Promise.all(
        document.getAnimations().filter(isShort).map(move => move.finished.catch(() => {}))
    );
}"""


async def come_to_rest(page: Page) -> None:
    """Wait until what moves for a moment has moved."""
    await page.evaluate(_AT_REST)


async def violations(page: Page, rules: list[str] = ALL_RULES) -> list[str]:
    """Every violation of WCAG 2.2 AA and of best practice, once the page has come to rest."""
    await come_to_rest(page)
    # Evaluated by the browser's debugger, which no policy of the page forbids.
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_script())
    # Style sheets are read anew for a rule alone that is not asked for.
    found = await page.evaluate(
        "rules => axe.run({runOnly: rules, resultTypes: ['violations'], preload: false,"
        " selectors: false})",
        rules,
    )
    return [
        f"{rule['id']}: {node['html'][:200]} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@cache
def _script() -> str:
    package = importlib.util.find_spec("axe_playwright_python")
    assert package is not None
    assert package.origin is not None
    return (Path(package.origin).parent / "axe.min.js").read_text("utf-8")
