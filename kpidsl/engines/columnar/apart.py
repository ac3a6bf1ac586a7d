"""Rows that the exact engine works out, as they take part in places and quotas among all the others.

To the query they are rows with small numbers, which nothing rests on: by what they compete stands beside their facts,
in columns that are put into the table of facts once it is known what they hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from kpidsl.core.columns import TYPES, quoted, width
from kpidsl.core.results import GradeResult, RankResult
from kpidsl.engines.columnar.conditions import Condition, chosen, every, opposite
from kpidsl.engines.columnar.layers import Layers
from kpidsl.engines.columnar.terms import Words
from kpidsl.engines.columnar.wholes import Whole

FLAG = "#apart"
Early = Mapping[str, GradeResult | RankResult]
"""What a row competes with: grades before their quotas, and ranks with their keys."""


@dataclass
class Apart:
    """The rows, by their numbers; `columns` are the types and cells that the query wants of them."""

    rows: Mapping[int, Early] = field(default_factory=dict)
    columns: dict[str, tuple[str, Mapping[int, Any]]] = field(default_factory=dict)

    @property
    def here(self) -> Condition:
        return Condition(quoted(FLAG), 0)

    def never(self, of: Condition) -> Condition:
        """Holds for none of these rows."""
        return every(opposite(self.here), of) if self.rows else of

    def either(self, own: Condition, otherwise: Condition) -> Condition:
        return chosen([(self.here, own)], otherwise) if self.rows else otherwise

    def key(self, rank: str, at: int) -> dict[int, Fraction | None]:
        """What these rows are placed by: the rank's value, and those that break ties."""
        found = {number: early[rank] for number, early in self.rows.items()}
        return {number: one.key[at] if isinstance(one, RankResult) and one.key else None
                for number, one in found.items()}  # fmt: skip

    def grades(self, name: str) -> dict[int, str | None]:
        return {number: one.grade or None for number, early in self.rows.items()
                if isinstance(one := early[name], GradeResult)}  # fmt: skip

    def values(self, name: str) -> dict[int, Fraction | None]:
        """What grades go by."""
        return {number: one.value for number, early in self.rows.items()
                if isinstance(one := early[name], GradeResult)}  # fmt: skip

    def whole(self, own: Mapping[int, int | None], otherwise: Whole, layers: Layers) -> Whole:
        """A column with these rows' own whole numbers."""
        if not own:
            return otherwise
        ends = [otherwise.low, otherwise.high, *(value for value in own.values() if value is not None)]
        low, high = min(ends), max(ends)
        bits = max(width(low, high), otherwise.bits)
        column = self._column(TYPES[bits], own, layers)
        text = f"CASE WHEN {self.here.text} THEN {column} ELSE {otherwise.text} END"
        return layers.bind(replace(otherwise, text=text, low=low, high=high, bits=bits, depth=max(otherwise.depth, 0),
                                   atom=False, nullable=True))  # fmt: skip

    def words(self, own: Mapping[int, str | None], otherwise: Words, layers: Layers) -> Words:
        if not own:
            return otherwise
        column = self._column("VARCHAR", own, layers)
        text = f"CASE WHEN {self.here.text} THEN {column} ELSE {otherwise.text} END"
        return Words(*layers.put("grade", text, max(otherwise.depth, 0)))

    def _column(self, kind: str, cells: Mapping[int, Any], layers: Layers) -> str:
        name = f"{FLAG} {len(self.columns) + 1}"
        self.columns[name] = kind, cells
        layers.columns += (name,)
        return quoted(name)
