"""Notes in Markdown as safe HTML: none of the writer's own, and no links but to the web."""

from __future__ import annotations

from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

LINK_SCHEMES = frozenset({"http", "https", "mailto"})


def html_of(text: str) -> str:
    """The HTML of Markdown. What looks like HTML in it is shown as it was written."""
    return _MARKDOWN.render(text) if text.strip() else ""


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
