"""A figure, the limit it must keep, and the table of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. What was measured is a multiple of `floor`, where there is one.

    Without a limit it is only told.
    """

    what: str
    measured: float
    unit: str
    limit: float | None
    floor: float | None = None
    at_least: bool = False

    @property
    def value(self) -> float:
        """What the limit is about: the multiple, or what was measured itself."""
        return self.measured if self.floor is None else self.measured / self.floor

    @property
    def is_kept(self) -> bool:
        """Whether the limit is kept, if there is one."""
        if self.limit is None:
            return True
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def cells(self) -> tuple[str, ...]:
        """The line as the table shows it."""
        floor, ratio, unit = "", "", self.unit
        if self.floor is not None:
            floor, ratio, unit = _with_unit(self.floor, self.unit), f"{self.value:.2f}", ""
        limit, kept = "", ""
        if self.limit is not None:
            limit = f"{'≥' if self.at_least else '≤'} {self.limit:g} {unit}".rstrip()
            kept = "kept" if self.is_kept else "MISSED"
        return self.what, _with_unit(self.measured, self.unit), floor, ratio, limit, kept


def table(figures: list[Figure]) -> str:
    """The figures in Markdown."""
    lines = [
        ("measured", "product", "floor", "ratio", "limit", ""),
        ("---", "---:", "---:", "---:", "---:", "---"),
        *(figure.cells() for figure in figures),
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _with_unit(number: float, unit: str) -> str:
    return f"{number:,.0f} {unit}" if number >= 100 else f"{number:.3g} {unit}"
