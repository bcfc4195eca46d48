from __future__ import annotations

import json
import re
from pathlib import Path

from todo_app.web import headers, installation, routes

ASSETS = Path(__file__).parents[2] / "assets"
PNG_SIZE = slice(16, 24)


def manifest() -> dict[str, object]:
    found: dict[str, object] = json.loads((ASSETS / "manifest.json").read_text("utf-8"))
    return found


def size_of(picture: Path) -> str:
    size = picture.read_bytes()[PNG_SIZE]
    return f"{int.from_bytes(size[:4])}x{int.from_bytes(size[4:])}"


def test_every_icon_is_there_in_the_size_it_is_said_to_have() -> None:
    icons = manifest()["icons"]

    assert {size_of(ASSETS / icon["src"].lstrip("/")): icon["sizes"] for icon in icons} == {
        "192x192": "192x192",
        "512x512": "512x512",
    }
    assert {icon.get("purpose") for icon in icons} == {None, "maskable"}


def test_every_way_into_the_installed_app_is_a_page() -> None:
    ways = [manifest()["start_url"], *(way["url"] for way in manifest()["shortcuts"])]

    assert set(ways) <= routes.PRIVATE_PAGES


def test_the_frame_has_the_colour_of_the_page() -> None:
    tokens = (ASSETS / "styles" / "tokens.css").read_text("utf-8")
    light, dark = re.findall(r"--bg: (#\w+)", tokens)

    assert {"light": light, "dark": dark} == installation.PAGE_COLOURS
    assert manifest()["theme_color"] == manifest()["background_color"] == light


def test_what_opens_without_a_network_are_the_pages_of_who_is_signed_in() -> None:
    worker = (ASSETS / headers.WORKER.lstrip("/")).read_text("utf-8")
    assert f'register("{headers.WORKER}")' in (ASSETS / "scripts" / "seen.js").read_text("utf-8")
    [names] = re.findall(r'SCREENS =\s+"([a-z/ ]+)"', worker)

    assert {f"/{name}" for name in names.split()} == routes.PRIVATE_PAGES
