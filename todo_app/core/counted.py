"""What a number belongs to: `2nd floor` and `3/4 inch` are no dates."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[\"“]?[^\W\d]\D*")
_LINKS = re.compile(
    "after|and|as|at|because|before|but|by|daily|during|end|ending|every|for|from|if|in|midnight"
    "|next|noon|on|or|over|since|so|starting|then|this|till|to|until|via|when|while|with"
)
"""What goes on behind a date."""
_MEASURES = re.compile(
    "(?:cup|gallon|hour|inche?|lb|lit(?:re|er)|mile|ounce|pint|quart)s?|ft|kg|of|oz"
)


def is_counted(word: str) -> bool:
    """Whether a number before this word may be one of its kind."""
    return bool(_PLAIN.fullmatch(word)) and not _LINKS.fullmatch(word)


def is_measure(word: str) -> bool:
    """Whether a fraction before this word is so much of it."""
    return bool(_MEASURES.fullmatch(word))
