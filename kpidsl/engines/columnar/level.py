"""A level of a program as it stands in the database: its facts and events, and what they came to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from kpidsl.core import nodes as n
from kpidsl.core.columns import (
    DAY,
    NUMBER,
    ROW,
    SUBJECT,
    TYPES,
    Column,
    Columns,
    TooWideError,
    column_name,
    quoted,
    table_name,
    width,
)  # fmt: skip
from kpidsl.core.program import Field, Program, Table
from kpidsl.core.results import Unscored
from kpidsl.engines.columnar.conditions import NOWHERE, Condition
from kpidsl.engines.columnar.numbers import Number
from kpidsl.engines.columnar.scoring import Scoring
from kpidsl.engines.columnar.tables import Tables, term_of
from kpidsl.engines.columnar.terms import Term, Words
from kpidsl.engines.columnar.wholes import Whole
from kpidsl.values.domains import Domain, End
from kpidsl.values.kinds import POINTS, TEXT, Base, Kind, Range
from kpidsl.values.node import changed

RESULTS = "results"


@dataclass(frozen=True)
class Shown:
    """A result as columns of the table of results: a text where `scale` is 0; NULL where there is no value."""

    column: str
    scale: int = 0
    divisor: str = "1"

    def value(self, stored: Any, divisor: Any) -> Any:
        """What stored cells stand for."""
        return Fraction(stored, self.scale * divisor) if self.scale and stored is not None else stored


@dataclass(frozen=True)
class Held:
    """Whole numbers as they are stored: from `low` to `high`, in `bits`."""

    low: int
    high: int
    bits: int


@dataclass(frozen=True)
class Piece:
    """Some of the numbers of a result, from `low` to `high`: `top` over `scale`, and over a `divisor` if there is one.

    `widest`: the most bits that they took on the way.
    """

    scale: int
    top: Held
    divisor: Held | None
    low: Fraction
    high: Fraction
    widest: int


@dataclass(frozen=True)
class Scored:
    """A level that was worked out: `results` by the names of ledgers, grades and ranks, and what is `kept` besides; and
    what has no score. `tables` are what it was worked out from, `queries` those that did it; `apart` are the rows that
    the exact engine worked out, `pieces` what these came to, by name, and `wide` what would have been too wide.
    """

    program: Program
    results: Mapping[str, Shown]
    unscored: tuple[Unscored, ...]
    kept: Mapping[str, Shown] = field(default_factory=dict)
    tables: Tables = field(default_factory=dict)
    queries: tuple[Scoring, ...] = ()
    apart: tuple[int, ...] = ()
    pieces: Mapping[str, Piece] = field(default_factory=dict)
    wide: TooWideError | None = None

    @property
    def table(self) -> str:
        return results_name(self.program)

    @property
    def facts(self) -> str:
        return table_name("", self.program.facts.name)

    @property
    def heads(self) -> dict[str, str]:
        """The columns of what tells whose a result is."""
        return {name: f"h{at}" for at, name in enumerate(self.program.heads)}


def results_name(program: Program) -> str:
    name = program.facts.name
    return quoted(f"{RESULTS} of {name}") if name else RESULTS


def lost_name(unit: Base) -> str:
    return quoted(f"lost of {unit}")


def whole_table(program: Program, base: Program) -> Table:
    """The facts of a level with the groups of its subjects, which longer periods take from the shortest ones."""
    own = {item.name for item in program.facts.fields}
    groups = [item for item in base.facts.fields if item.name in program.within and item.name not in own]
    return changed(program.facts, fields=(*program.facts.fields, *groups))


@dataclass(frozen=True)
class Kept:
    """Results of periods as rows that can be looked at: a query of them, and what it has of each that is looked at."""

    query: str
    terms: Mapping[str, Term]


def kept(connection: Any, scored: Scored, columns: Columns, names: set[str]) -> Kept:
    """The facts and results that are looked at, with the least and the greatest value of each."""
    unit, program = str(scored.program.unit), scored.program
    head = [f"CAST(f.{column_name('', program.subject)} AS VARCHAR) AS {quoted(SUBJECT)}",
            f"f.{column_name('', program.dated)} AS {quoted(DAY)}", f"f.{quoted(ROW)} AS {quoted(NUMBER)}"]  # fmt: skip
    shown = {**scored.kept, **scored.results}
    ends = _ends(connection, scored, {name: shown[name] for name in sorted(names) if name in shown})
    cells, terms = [], {}
    for name in sorted(names):
        if name in shown:
            terms[name] = _result(scored, name, shown[name], ends)
            cells += _cells(terms[name], shown[name])
        elif name in columns.columns:
            terms[name] = term_of(columns.columns[name], column_name(unit, name))
            cells.append(f"f.{column_name('', name)} AS {column_name(unit, name)}")
    joined = f"{scored.table} AS r JOIN {scored.facts} AS f ON f.{quoted(ROW)} = r.{quoted(ROW)}"
    return Kept(f"SELECT {', '.join([*head, *cells])} FROM {joined}", terms)


def none_kept(program: Program, columns: Columns, names: set[str]) -> Kept:
    """Before the first period there are no results."""
    head = [f"'' AS {quoted(SUBJECT)}", f"DATE '1000-01-01' AS {quoted(DAY)}", f"0 AS {quoted(NUMBER)}"]
    known = {name: Column(Field(name, name, kind, Range()), True)
             for name in sorted(names) if (kind := _kind(program, columns, name)) is not None}  # fmt: skip
    named = {name: column_name(str(program.unit), name) for name in known}
    terms = {name: term_of(column, named[name]) for name, column in known.items()}
    cells = [f"CAST(NULL AS {column.type}) AS {named[name]}" for name, column in known.items()]
    return Kept(f"SELECT {', '.join([*head, *cells])} WHERE FALSE", terms)


def _kind(program: Program, columns: Columns, name: str) -> Kind | None:
    shown = {item.name: item for item in program.definitions}
    if name in columns.columns:
        return columns.columns[name].field.kind
    match shown.get(name):
        case None:
            return None
        case n.Ledger() | n.Rank():
            return POINTS
        case n.Grade():
            return TEXT
    return program.kinds[name]


def _ends(connection: Any, scored: Scored, shown: Mapping[str, Shown]) -> dict[str, tuple[int, ...]]:
    """The least and the greatest whole number and divisor of each result that has them, all in one pass."""
    numbers = {name: own for name, own in shown.items() if own.scale}
    if not numbers:
        return {}
    asked = [f"{function}({part})" for own in numbers.values() for part in (own.column, own.divisor)
             for function in ("min", "max")]  # fmt: skip
    found = connection.execute(f"SELECT {', '.join(asked)} FROM {scored.table}").fetchone()
    return {name: found[4 * at : 4 * at + 4] for at, name in enumerate(numbers)}


def _result(scored: Scored, name: str, own: Shown, ends: Mapping[str, tuple[int, ...]]) -> Term:
    unit, program = str(scored.program.unit), scored.program
    column = column_name(unit, name)
    lacks = Condition(f"({column} IS NULL)", NOWHERE)
    if not own.scale:
        kind = program.kinds.get(name)
        truth = kind is not None and kind.base is Base.YES_NO
        return Term(Condition(column, NOWHERE) if truth else Words(column), lacks=lacks)
    low, high, least, most = ends[name]
    return Term(_number(unit, name, own, (low or 0, high or 0), (least or 1, most or 1)), lacks=lacks)


def _cells(term: Term, own: Shown) -> list[str]:
    if not isinstance(term.value, Number):
        text = term.value.text
        return [f"r.{own.column} AS {text}"]
    top, divisor = term.value.top, term.value.divisor
    cells = [f"CAST(r.{own.column} AS {TYPES[top.bits]}) AS {top.text}"]
    return cells if divisor is None else [*cells, f"CAST(r.{own.divisor} AS {TYPES[divisor.bits]}) AS {divisor.text}"]


def _number(unit: str, name: str, own: Shown, top: tuple[int, int], divisor: tuple[int, int]) -> Number:
    (low, high), (least, most) = top, divisor
    ends = [Fraction(end, own.scale * by) for end in top for by in divisor]
    whole = Whole(column_name(unit, name), low, high, width(low, high), NOWHERE, True, True)
    by = None
    if own.divisor != "1":
        by = Whole(column_name(unit, f"{name} /"), least, most, width(least, most), NOWHERE, True, True)
    domain = Domain(End(min(ends)), End(max(ends)), None if by else Fraction(1, own.scale))
    return Number(whole, own.scale, domain, by)
