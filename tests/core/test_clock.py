from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import time_machine

from todo_app.core import clock


@time_machine.travel(datetime(2026, 3, 1, 12, tzinfo=UTC), tick=False)
def test_now_is_aware_and_in_utc() -> None:
    assert clock.now() == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert clock.now().utcoffset() == timedelta(0)


@time_machine.travel(datetime(2026, 3, 1, 23, 30, tzinfo=UTC), tick=False)
def test_today_is_the_date_in_the_zone_of_the_person() -> None:
    assert clock.today("UTC") == date(2026, 3, 1)
    assert clock.today("Asia/Tokyo") == date(2026, 3, 2)
    assert clock.today("Pacific/Pago_Pago") == date(2026, 3, 1)
