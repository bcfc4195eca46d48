"""Notes in Markdown as safe HTML: none of the writer's own, and no links but to the web."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

PREVIEW_CHARACTERS = 400
# What has none of these is plain text, which need not be parsed.
_SIGNS = re.compile(r"[*_`~\[\]<>#|\\]|^\s*(?:[-+]|\d+[.)])\s", re.MULTILINE)
LINK_SCHEMES = frozenset({"http", "https", "mailto"})


def html_of(text: str) -> str:
    """The HTML of Markdown. What looks like HTML in it is shown as it was written."""
    return _MARKDOWN.render(text) if text.strip() else ""


def line_of(text: str, *, limit: int = PREVIEW_CHARACTERS) -> str:
    """The words at the start of Markdown, in one line and without its signs."""
    return _line(text[:limit])


@lru_cache(maxsize=2_048)
def _line(text: str) -> str:
    if _SIGNS.search(text):
        text = " ".join(_texts(_MARKDOWN.parse(text)))
    return " ".join(text.split())


def _texts(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield "".join(
                " " if part.type.endswith("break") else part.content
                for part in token.children or ()
            )
        elif token.type in {"fence", "code_block"}:
            yield token.content


def is_safe_link(url: str) -> bool:
    """Whether a link leads to the web or writes a mail."""
    try:
        return urlsplit(url.strip()).scheme.lower() in LINK_SCHEMES
    except ValueError:
        return False


def _open_link(
    renderer: RendererHTML, tokens: list[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """A link opens apart from the list, and tells its target nothing about where it is from."""
    del env
    tokens[index].attrSet("target", "_blank")
    tokens[index].attrSet("rel", "noopener noreferrer nofollow")
    return renderer.renderToken(tokens, index, options, {})


def _make() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True})
    # An image would be fetched from wherever the writer likes, as soon as one looks at the task.
    markdown.enable(["strikethrough", "table"]).disable(["image", "html_block", "html_inline"])
    markdown.validateLink = is_safe_link  # type: ignore[method-assign]
    markdown.add_render_rule("link_open", _open_link)
    return markdown


_MARKDOWN = _make()
