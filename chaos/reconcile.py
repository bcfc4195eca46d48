"""What the database holds beside what clients were told: nothing lost, torn or doubled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from chaos.clients import Journal
from chaos.stage import Stage

# Each is a question whose answer has to be nothing. A task has a version for each of its changes,
# a line in the log for each, its words in the index, and its place in a count.
_TORN = {
    "a change without its line in the log": """
        SELECT tasks.id FROM tasks
        LEFT JOIN changes ON changes.entity_id = tasks.id AND changes.entity = 'task'
        GROUP BY tasks.id, tasks.version HAVING count(changes.id) <> tasks.version
    """,
    "a line in the log without its task": """
        SELECT changes.id FROM changes
        LEFT JOIN tasks ON tasks.id = changes.entity_id
        WHERE changes.entity = 'task' AND tasks.id IS NULL
    """,
    "a log that does not end at its head": """
        SELECT change_heads.user_id FROM change_heads
        LEFT JOIN changes ON changes.user_id = change_heads.user_id
        GROUP BY change_heads.user_id, change_heads.number
        HAVING count(changes.id) <> change_heads.number
            OR coalesce(max(changes.number), 0) <> change_heads.number
    """,
    "a task that search does not know": """
        SELECT tasks.id FROM tasks
        LEFT JOIN search_texts ON search_texts.task_id = tasks.id
        GROUP BY tasks.id HAVING count(search_texts.number) <> 1
    """,
    "a count that is not the number": """
        SELECT projects.id FROM projects
        LEFT JOIN tasks ON tasks.project_id = projects.id
            AND tasks.completed_at IS NULL AND tasks.deleted_at IS NULL
        GROUP BY projects.id, projects.task_count HAVING count(tasks.id) <> projects.task_count
    """,
}


@dataclass(slots=True)
class Findings:
    """What was reconciled, and what was amiss."""

    acknowledged: int = 0
    lost: int = 0
    torn: int = 0
    doubled: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    @property
    def are_good(self) -> bool:
        """Whether nothing was lost, torn or doubled."""
        return self.lost == self.torn == self.doubled == 0

    def add(self, other: Findings) -> None:
        """Count what another round found."""
        self.acknowledged += other.acknowledged
        self.lost += other.lost
        self.torn += other.torn
        self.doubled += other.doubled
        self.answers += other.answers
        self.notes += other.notes


def reconcile(stage: Stage, journals: Iterable[Journal]) -> Findings:
    """Compare every journal with the rows of its account."""
    findings = Findings()
    for journal in journals:
        findings.acknowledged += journal.acknowledged
        findings.answers += journal.answers
        _compare(stage, journal, findings)
    for what, query in _TORN.items():
        found = stage.rows(query)
        findings.torn += len(found)
        if found:
            findings.notes.append(f"torn: {what} ({len(found)})")
    return findings


def _compare(stage: Stage, journal: Journal, findings: Findings) -> None:
    owned = "SELECT id, title FROM tasks WHERE user_id IN (:text, :number)"
    found = stage.rows(owned, text=str(journal.user_id), number=journal.user_id.hex)
    titles = {_id(row_id): title for row_id, title in found}
    for missing in journal.created - titles.keys():
        findings.lost += 1
        findings.notes.append(f"lost: task {missing}")
    for task_id, register in journal.registers.items():
        if titles.get(task_id) not in {register.acknowledged, *register.perhaps}:
            findings.lost += 1
            findings.notes.append(f"lost: the value {register.acknowledged} of {task_id}")
    for batch in journal.batches:
        if 0 < sum(one in titles for one in batch) < len(batch):
            findings.torn += 1
            findings.notes.append(f"torn: the batch {batch}")
    counts = Counter(titles.values())
    for title, is_known in journal.keyed.items():
        if counts[title] > 1:
            findings.doubled += 1
            findings.notes.append(f"doubled: {title}")
        elif is_known and not counts[title]:
            findings.lost += 1
            findings.notes.append(f"lost: {title}")


def _id(value: object) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))
