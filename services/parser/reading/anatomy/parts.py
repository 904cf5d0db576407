"""Which rows are body, and what the others are (SPEC §1.2, §1.3).

header (title, number, addressee, opening) ─ body ─ closing (approval, signature, date, contacts) ─ annexes
"""

from __future__ import annotations

from dataclasses import dataclass, field

from services.domain.document import Role
from services.parser.reading.anatomy.layout import Layout, Row


@dataclass(slots=True)
class Anatomy:
    """Rows that are not body, by number; where the body begins in rows that open with something else, and where it
    ends in a row that goes on with the signature.

    `annexes`: first and last row of each annexed paper's title. `turns`: rows that only name who answers
    next.
    """

    roles: dict[int, Role] = field(default_factory=dict)
    begins: dict[int, int] = field(default_factory=dict)
    ends: dict[int, int] = field(default_factory=dict)
    annexes: dict[int, int] = field(default_factory=dict)
    turns: set[int] = field(default_factory=set)

    def mark(self, row: Row, role: Role) -> None:
        self.roles.setdefault(row.number, role)

    def is_body(self, row: Row) -> bool:
        return row.number in self.begins or not (row.number in self.roles or not row.text.strip())

    def rows(self, layout: Layout, *roles: Role) -> list[Row]:
        return [layout.rows[number] for number in sorted(n for n, role in self.roles.items() if role in roles)]


def furnished(layout: Layout) -> Anatomy:
    """An anatomy that knows the furniture and the table rows only."""
    found = Anatomy()
    for row in layout.rows:
        if row.furniture is not None:
            found.mark(row, "boilerplate")
        elif row.table:
            found.mark(row, "table_row")
    return found
