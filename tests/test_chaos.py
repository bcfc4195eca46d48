"""A short round of `make chaos`: what it promises holds once, and its rounds work."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chaos import histories, kills, shortages
from chaos.kills import Rounds
from chaos.stage import Stage, running
from tests.servers import running_postgresql


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with running(tmp_path_factory.mktemp("chaos")) as stage:
        yield stage


@pytest.fixture(scope="module")
def on_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with (
        running_postgresql("fsync=on") as server,
        running(tmp_path_factory.mktemp("chaos"), server) as stage,
    ):
        yield stage


async def test_a_kill_of_the_program_loses_tears_and_doubles_nothing(on_sqlite: Stage) -> None:
    rounds = Rounds()
    await kills.kill_program(on_sqlite, rounds)

    assert rounds.are_good, rounds
    assert rounds.findings.acknowledged > kills.WRITES_BEFORE[0]


async def test_a_kill_of_postgresql_is_answered_503_and_healed(on_postgresql: Stage) -> None:
    rounds = Rounds()
    await kills.kill_postgresql(on_postgresql, rounds)

    assert rounds.are_good, rounds
    assert rounds.findings.acknowledged > kills.WRITES_BEFORE[0]


async def test_a_full_disk_is_answered_503_and_leaves_nothing_half_done(on_sqlite: Stage) -> None:
    shortage = await shortages.fill_disk_of_sqlite(on_sqlite)

    assert shortage.is_good, shortage


async def test_what_many_clients_of_both_faces_see_fits_one_order(on_postgresql: Stage) -> None:
    history = await histories.observe(on_postgresql, 8, 2)

    assert history.anomalies == []
    assert history.increments > 0
    assert history.register_writes > 0
