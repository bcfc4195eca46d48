"""What an answer says is wrong with a value: one sentence for each reason, never the value."""

from __future__ import annotations

from collections.abc import Mapping

from todo_app.core.errors import Flaw
from todo_app.core.filters.reader import MAX_CHARACTERS as FILTER_MAX_CHARACTERS
from todo_app.core.filters.reader import MAX_DEPTH, MAX_TERMS
from todo_app.core.models import DEPTH_MAX
from todo_app.core.passwords import MAX_CHARACTERS, MIN_CHARACTERS
from todo_app.core.text import TITLE_MAX_CHARACTERS

SENTENCE_BY_REASON: Mapping[str, str] = {
    "unknown": "does not exist",
    "elsewhere": "is not where the others are",
    "inside_itself": "is the task itself or a part of it",
    "too_deep": f"would be more than {DEPTH_MAX} tasks deep",
    "too_short": f"must have at least {MIN_CHARACTERS} characters",
    "too_long": f"must have at most {MAX_CHARACTERS} characters",
    "unusable": "contains characters that cannot be used",
    "not_chosen": "is not the password that was chosen",
    "wrong": "is not the current password",
    "wrong_code": "is not the code that the app shows now",
    "common": "is one of the most common passwords",
    "other_email": "is not the address of this account",
    "too_many": "is one too many; delete another first",
    "personal": "must not be your email address or the name of this program",
    "required": "leaves no title",
    "title_too_long": f"leaves a title of more than {TITLE_MAX_CHARACTERS} characters",
    "rule_unreadable": "is not a rule of repetition",
    "rule_unsupported": "says more than can be kept here",
    "rule_too_often": "repeats more often than once an hour",
    "rule_interval": "repeats at no interval that can be kept",
    "rule_count": "ends after a number of times that is not between 1 and 1,000",
    "rule_too_late": "reaches past the year 9999",
    "rule_past": "starts or ends on a date that is past",
    "rule_several_dates": "repeats on dates that no one rule says",
    "rule_no_date": "starts or ends on a date that there is not",
    "rule_ends_twice": "ends twice",
    "rule_never": "never falls on a date",
    "rule_elsewhere": "does not fall on that day",
    "rule_disagrees": "says one thing in its text and another in its rule or mode",
}
"""What `InvalidInput` says for each reason."""

SENTENCE_BY_FLAW: Mapping[Flaw, str] = {
    "empty": "is empty",
    "too_long": f"has more than {FILTER_MAX_CHARACTERS} characters",
    "too_many": f"has more than {MAX_TERMS} parts",
    "too_deep": f"has more than {MAX_DEPTH} groups in each other",
    "unusable": "contains characters that cannot be used",
    "term_missing": "needs something to look for here",
    "sign_missing": "needs & or | between two parts",
    "group_open": "has a ( without a )",
    "group_unopened": "has a ) without a (",
    "group_list": "has a comma in a group; use | there",
    "word_unknown": "has a word that is not known",
    "value_missing": "needs something behind this",
    "date_unknown": "has a date that cannot be read",
}
"""What `InvalidFilter` says for each reason."""

SENTENCE_BY_TYPE: Mapping[str, str] = {
    "missing": "is required",
    "extra_forbidden": "is not known here",
    "model_attributes_type": "must be an object",
    "uuid_parsing": "must be a UUID",
    "uuid_type": "must be a UUID",
    "string_type": "must be a string",
    "string_unicode": "contains characters that cannot be stored",
    "int_type": "must be an integer",
    "int_parsing": "must be an integer",
    "int_parsing_size": "is out of range",
    "bool_parsing": "must be true or false",
}
"""The same for what pydantic finds."""
