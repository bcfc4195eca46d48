"""Kill it, starve it, crowd it and let it run: `python -m chaos`."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path

from chaos import histories, kills, shortages
from chaos.kills import Rounds
from chaos.shortages import Shortage
from chaos.soak import soak
from chaos.stage import Stage, running
from tests.servers import running_postgresql

CROWD = 50
CROWD_SECONDS = 20
ROUNDS = 200
SOAK_MINUTES = 60.0
Round = Callable[[Stage, Rounds], Awaitable[None]]


def main() -> int:
    """Do all of it, print what came of each, and return 1 if something was not kept."""
    parser = argparse.ArgumentParser(prog="python -m chaos")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of kill -9, of all kinds")
    parser.add_argument("--soak-minutes", type=float, default=SOAK_MINUTES)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="todo-chaos-") as name:
        verdicts = asyncio.run(_do_all(Path(name), arguments.rounds, arguments.soak_minutes))
    return 0 if all(verdicts) else 1


async def _do_all(folder: Path, rounds: int, soak_minutes: float) -> list[bool]:
    verdicts: list[bool] = []
    with ExitStack() as stages:
        sqlite = stages.enter_context(running(folder / "sqlite"))
        server = stages.enter_context(running_postgresql("fsync=on"))
        postgresql = stages.enter_context(running(folder / "postgresql", server))
        kinds: list[tuple[str, Stage, Round]] = [
            ("the program on SQLite", sqlite, kills.kill_program),
            ("the program on PostgreSQL", postgresql, kills.kill_program),
            ("PostgreSQL", postgresql, kills.kill_postgresql),
        ]
        for number, (what, stage, act) in enumerate(kinds):
            done = Rounds()
            for _ in range(number, rounds, len(kinds)):
                await act(stage, done)
            verdicts.append(_tell_rounds(what, done))
        for what, stage in (("SQLite", sqlite), ("PostgreSQL", postgresql)):
            verdicts.append(await _crowd(what, stage))
        verdicts.append(_tell("no connection", await shortages.take_every_connection(postgresql)))
        full = await shortages.fill_disk_of_sqlite(sqlite)
        verdicts.append(_tell("full disk, SQLite", full))
        if soak_minutes:
            verdicts.append(await _soak(postgresql, soak_minutes))
    full_too = await shortages.fill_disk_of_postgresql()
    if full_too is None:
        print("full disk, PostgreSQL: not tried, because this user may mount nothing", flush=True)
    else:
        verdicts.append(_tell("full disk, PostgreSQL", full_too))
    return verdicts


def _tell_rounds(what: str, rounds: Rounds) -> bool:
    found = rounds.findings
    print(
        f"kill -9 of {what}: {rounds.count} rounds, {found.acknowledged:,} acknowledged writes, "
        f"{found.lost} lost, {found.torn} torn, {found.doubled} doubled; answers "
        f"{_counts(found.answers)}; healed within {rounds.slowest_healing_seconds:.1f} s",
        flush=True,
    )
    return _complain(found.notes, rounds.strange_answers, is_good=rounds.are_good)


def _tell(what: str, shortage: Shortage) -> bool:
    found = shortage.findings
    print(
        f"{what}: {found.acknowledged:,} acknowledged writes, {shortage.refused} refused with 503, "
        f"{found.lost} lost, {found.torn} torn, {found.doubled} doubled; healed within "
        f"{shortage.healing_seconds:.1f} s",
        flush=True,
    )
    return _complain(found.notes, shortage.strange_answers, is_good=shortage.is_good)


async def _crowd(what: str, stage: Stage) -> bool:
    history = await histories.observe(stage, CROWD, CROWD_SECONDS)
    print(
        f"{CROWD} clients of both faces, {what}: {history.increments:,} increments, "
        f"{history.refused_increments:,} refused as stale, {history.register_writes:,} ticks, "
        f"{history.unanswered:,} answered 503, "
        f"{history.reads:,} reads, {len(history.anomalies)} anomalies",
        flush=True,
    )
    return _complain(history.anomalies, set(), is_good=not history.anomalies)


async def _soak(stage: Stage, minutes: float) -> bool:
    found = await soak(stage, 60 * minutes)
    print(
        f"{minutes:g} minutes of load: {found.requests:,} requests; memory "
        f"{found.megabytes[0]:.0f} then {found.megabytes[1]:.0f} MB, open files "
        f"{found.files[0]:.0f} then {found.files[1]:.0f}",
        flush=True,
    )
    return _complain([], set(), is_good=found.is_good)


def _complain(notes: list[str], strange_answers: set[str], *, is_good: bool) -> bool:
    for note in [*notes[:20], *(f"answered {answer}" for answer in sorted(strange_answers))]:
        print(f"  {note}", flush=True)
    if not is_good:
        print("  NOT KEPT", flush=True)
    return is_good


def _counts(answers: dict[str, int]) -> str:
    return ", ".join(f"{answer}: {count:,}" for answer, count in sorted(answers.items()))


if __name__ == "__main__":
    sys.exit(main())
