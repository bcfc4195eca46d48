from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from todo_app.core import positions
from todo_app.core.positions import NoRoomError

SLOTS = st.lists(st.integers(0, 1_000), max_size=60)


@given(SLOTS)
def test_whatever_is_put_wherever_stands_between_its_neighbours(slots: list[int]) -> None:
    order: list[str] = []
    for slot in slots:
        place = slot % (len(order) + 1)
        before = order[place - 1] if place else None
        after = order[place] if place < len(order) else None
        order.insert(place, positions.between(before, after))

    assert order == sorted(set(order))
    assert all(len(one) <= positions.MAX_CHARACTERS for one in order)


def test_what_comes_later_is_first_and_last_without_looking() -> None:
    firsts = [positions.first() for _ in range(1_000)]
    lasts = [positions.last() for _ in range(1_000)]

    assert firsts == sorted(set(firsts), reverse=True)
    assert lasts == sorted(set(lasts))
    assert firsts[0] < lasts[0]


def test_two_that_are_put_into_the_same_gap_do_not_meet() -> None:
    before, after = positions.last(), positions.last()

    assert len({positions.between(before, after) for _ in range(50)}) == 50


def test_a_gap_lasts_for_a_long_day_and_says_when_it_is_used_up() -> None:
    before, after = positions.last(), positions.last()
    for _ in range(200):
        after = positions.between(before, after)
    used_up = before + "1".rjust(positions.MAX_CHARACTERS - len(before), "0")

    for neighbour in (before, used_up):
        with pytest.raises(NoRoomError):
            positions.between(before, neighbour)
