"""One number of a text as the number grammar reads it (SPEC §8)."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.commitment import Amount, Comparator
from services.parser.reading.numbers.number_units import UnitClass


@dataclass(frozen=True, slots=True)
class Quantity:
    """`matched[start:end]` is the quoted number, `number` where its first digit stands.

    `value` is in `unit` (万家), `norm_value` in `norm_unit` (家). `chinese` numerals are weak evidence: 三大, 两地.
    """

    start: int
    end: int
    number: int
    comparator: Comparator
    value: Amount
    unit: str
    norm_value: Amount
    norm_unit: str
    cls: UnitClass
    unit_elided: bool = False
    chinese: bool = False

    def moved(self, by: int) -> Quantity:
        """The same number `by` characters further on."""
        return Quantity(
            self.start + by, self.end + by, self.number + by, self.comparator, self.value, self.unit,
            self.norm_value, self.norm_unit, self.cls, self.unit_elided, self.chinese,
        )  # fmt: skip

    @property
    def countable(self) -> bool:
        return self.cls in ("count", "event", "paired")
