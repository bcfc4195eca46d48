"""What axe-core finds on a page, in lines that say where."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

from playwright.async_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


async def violations(page: Page) -> list[str]:
    """Every violation of WCAG 2.2 AA and of best practice."""
    # Evaluated by the browser's debugger, which no policy of the page forbids.
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_script())
    # Style sheets are read anew for a rule alone that is not asked for.
    found = await page.evaluate(
        "tags => axe.run({runOnly: tags, resultTypes: ['violations'], preload: false,"
        " selectors: false})",
        TAGS,
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
