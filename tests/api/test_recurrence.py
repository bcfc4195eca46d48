from __future__ import annotations

import httpx
import pytest

from tests.api.answers import TASKS, add_task, all_tasks, assert_problem, path_of

DISAGREES = "says one thing in its text and another in its rule or mode"


async def test_a_task_repeats_as_its_words_say(alice: httpx.AsyncClient) -> None:
    due = {"date": "2026-12-01", "time": "08:00", "zone": "Europe/Berlin"}

    task = await add_task(alice, due=due, recurrence={"text": "every! 3 days"})

    assert task["recurrence"] == {
        "rule": "FREQ=DAILY;INTERVAL=3",
        "mode": "completion",
        "text": "every! 3 days",
        "fits_short_months": False,
    }
    assert task["due"] == due


async def test_completing_answers_with_the_next_date_and_reopening_with_the_last(
    alice: httpx.AsyncClient,
) -> None:
    due = {"date": "2999-01-07", "time": None, "zone": None}
    rule = "INTERVAL=2;FREQ=WEEKLY;BYDAY=MO"
    task = await add_task(alice, due=due, recurrence={"rule": rule})

    moved = (await alice.post(path_of(task, "/complete"))).json()
    skipped = (await alice.post(path_of(task, "/skip"))).json()
    ledger = (await alice.get(path_of(task, "/occurrences"))).json()
    back = (await alice.post(path_of(task, "/reopen"))).json()

    said = {"rule": rule, "mode": "schedule", "text": "every other mon"}
    assert moved["recurrence"] == {**said, "fits_short_months": False}
    assert (moved["due"]["date"], moved["completed_at"]) == ("2999-01-21", None)
    assert skipped["due"]["date"] == "2999-02-04"
    assert [item["outcome"] for item in ledger["items"]] == ["skipped", "done"]
    assert ledger["next"][0] == "2999-02-18"
    assert back["due"] == moved["due"]


@pytest.mark.parametrize(
    ("recurrence", "message"),
    [
        ({"text": "soon"}, "is not a rule of repetition"),
        ({"text": "every 0 days"}, "repeats at no interval that can be kept"),
        ({"text": "every feb 30"}, "never falls on a date"),
        ({"text": "every day until 1 jan 2020"}, "starts or ends on a date that is past"),
        (
            {"text": "every day for 5000 times"},
            "ends after a number of times that is not between 1 and 1,000",
        ),
        ({"text": "every feb 29 from 2999-03-01 until 2999-04-01"}, "never falls on a date"),
        ({"rule": "FREQ=SECONDLY"}, "repeats more often than once an hour"),
        ({"rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, "never falls on a date"),
        ({"rule": "FREQ=DAILY;COUNT=99999"}, None),
        ({"rule": "FREQ=DAILY;UNTIL=100000101"}, "reaches past the year 9999"),
        ({"rule": "FREQ=DAILY;BYHOUR=9"}, "says more than can be kept here"),
        ({"rule": "FREQ=WEEKLY", "text": "every day"}, DISAGREES),
        ({"rule": "FREQ=WEEKLY", "text": "rm -rf"}, DISAGREES),
        ({"rule": "FREQ=DAILY", "text": "every day for 3 times"}, DISAGREES),
        ({"rule": "FREQ=DAILY", "text": "every! day", "mode": "schedule"}, DISAGREES),
        ({"text": "every 3 days", "mode": "completion"}, DISAGREES),
        ({"text": "every! day", "mode": "schedule"}, DISAGREES),
    ],
)
async def test_a_rule_that_cannot_be_kept_is_refused_with_a_sentence(
    alice: httpx.AsyncClient, recurrence: dict[str, str], message: str | None
) -> None:
    response = await alice.post(TASKS, json={"title": "Water", "recurrence": recurrence})

    [error] = assert_problem(response, 422)["errors"]
    assert error["pointer"] == "/recurrence"
    assert message in (None, error["message"])
    assert await all_tasks(alice) == []


async def test_a_rule_is_kept_as_it_came_with_the_words_that_say_the_same(
    alice: httpx.AsyncClient,
) -> None:
    said = {"rule": "INTERVAL=3;FREQ=DAILY", "text": "every! 3 days at 7pm"}
    due = {"date": "2999-01-07", "time": "08:00", "zone": "UTC"}

    task = await add_task(alice, due=due, recurrence=said)

    assert task["recurrence"] == {**said, "mode": "completion", "fits_short_months": False}
    assert task["due"] == {**due, "time": "19:00"}


async def test_an_answer_says_where_short_months_are_not_as_in_icalendar(
    alice: httpx.AsyncClient,
) -> None:
    rule = {"rule": "FREQ=MONTHLY;BYMONTHDAY=31"}

    task = await add_task(alice, due={"date": "2999-01-31"}, recurrence=rule)
    moved = (await alice.post(path_of(task, "/complete"))).json()

    assert task["recurrence"]["fits_short_months"]
    assert moved["due"]["date"] == "2999-02-28"


async def test_a_task_that_does_not_repeat_cannot_be_skipped(alice: httpx.AsyncClient) -> None:
    task = await add_task(alice)

    assert_problem(await alice.post(path_of(task, "/skip")), 409)


async def test_null_ends_a_recurrence(alice: httpx.AsyncClient) -> None:
    task = await add_task(alice, recurrence={"text": "every day"})

    changed = (await alice.patch(path_of(task), json={"recurrence": None})).json()

    assert (changed["recurrence"], changed["due"]) == (None, task["due"])


async def test_another_date_is_that_of_one_turn_or_of_the_series(
    alice: httpx.AsyncClient,
) -> None:
    due = {"date": "2999-01-07", "time": None, "zone": None}
    rule = {"rule": "RRULE:FREQ=WEEKLY;BYDAY=MO;WKST=MO"}
    task = await add_task(alice, due=due, recurrence=rule)
    wednesday = {"date": "2999-01-09"}

    one = (await alice.patch(path_of(task), json={"due": wednesday})).json()
    ledger = (await alice.get(path_of(task, "/occurrences"))).json()
    series = {"due": wednesday, "scope": "series"}
    every = (await alice.patch(path_of(task), json=series)).json()

    assert one["recurrence"]["rule"] == task["recurrence"]["rule"] == "FREQ=WEEKLY;BYDAY=MO;WKST=MO"
    assert (ledger["scheduled_for"], ledger["next"][0]) == ("2999-01-07", "2999-01-14")
    assert every["recurrence"]["rule"] == "FREQ=WEEKLY;BYDAY=WE"
    assert every["due"] == one["due"]


async def test_a_series_that_cannot_be_on_that_day_is_refused_with_a_sentence(
    alice: httpx.AsyncClient,
) -> None:
    task = await add_task(alice, recurrence={"text": "every weekday starting 2999-01-07"})
    sunday = {"due": {"date": "2999-01-13"}, "scope": "series"}

    answer = await alice.patch(path_of(task), json=sunday)

    [error] = assert_problem(answer, 422)["errors"]
    assert error["message"] == "does not fall on that day"
    assert (await alice.get(path_of(task))).json() == task
