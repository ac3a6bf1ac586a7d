"""The tables of somebody else's database as the columnar engine reads tables: values as whole numbers over a scale.

Rows with a cell that cannot be used are put aside, with what is wrong with it; no number is rounded on the way.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from kpidsl.core.columns import NUMBER, ROW, TYPES, Column, column_name, quoted, table_name, width
from kpidsl.core.program import Field, Program, Table
from kpidsl.engines.columnar.layers import text_literal
from kpidsl.engines.printed.bounds import Cells, Expected, is_read
from kpidsl.engines.printed.parts import Item, Part, Read, Say, part
from kpidsl.values.kinds import Base, Value
from kpidsl.values.reading import NO, YES

READ, GIVEN = "read", "given"
"""What the first parts are called: the facts as they stand, and with what is wrong with them."""
FAULT = quoted("#fault")
T = "t"
MOST_DIGITS = 38


@dataclass(frozen=True)
class Giving:
    """`names` are those of the tables as SQL, by the names of events; `numbered`: events that need a number each."""

    program: Program
    expected: Expected
    names: Mapping[str, str]
    numbered: bool
    say: Say

    def parts(self, base: str) -> list[Part]:
        """The events; the facts, with what is wrong with each row; and those with which nothing is, as `base`."""
        program, facts = self.program, self.program.facts
        found: list[Part] = []
        for table in program.events:
            read, events = f"{READ} {table.name}", _name(table_name(table.name))
            found += [self._read(read, table), self._judged(events, read, self._faults(table), "")]
        joins = "".join(self._join(at, table) for at, table in enumerate(program.events, 1))
        faults = [*self._faults(facts), *self._faults_of_subject()]
        found += [self._read(READ, facts), self._judged(GIVEN, READ, faults, joins)]
        return [*found, Part(base, f"SELECT * FROM {quoted(GIVEN)} WHERE {FAULT} IS NULL")]

    def _columns(self, table: Table) -> Iterator[tuple[Field, Column, Cells | None]]:
        known, cells = self.expected.tables[table.name].columns, self.expected.cells[table.name]
        return ((item, known[item.name], cells.get(item.name)) for item in table.fields
                if is_read(item, self.program, table))  # fmt: skip

    # ---- as it stands

    def _read(self, name: str, table: Table) -> Part:
        """The cells as values; NULL for what is none."""
        owner = table.owner or self.program.subject
        items = [Item(_text(item), ROW) for item in table.fields if item.name == owner]
        if self.numbered and table.name:
            cells = ", ".join(_cell(item) for item, _, _ in self._columns(table))
            items.append(Item(f"row_number() OVER (PARTITION BY {items[0].text} ORDER BY {cells})", NUMBER))
        for item, column, known in self._columns(table):
            own = _name(column_name(table.name, item.name))
            items.append(Item(_value(item, column, known), own, Read(item, known)))
            if _may_lack(item) and (test := _test(item, known)):
                items.append(Item(f"{_cell(item)} IS NOT NULL AND NOT ({test})", f"#bad {own}"))
        return part(name, items, f"FROM {self.names[table.name]} AS {T}")

    # ---- what is wrong with a row

    def _judged(self, name: str, read: str, faults: Sequence[tuple[str, str]], joins: str) -> Part:
        """With the first thing that is wrong with a row, as a text; NULL for a good row."""
        told = " ".join(f"WHEN {when} THEN {text}" for when, text in faults)
        query = f"SELECT {quoted(read)}.*, CASE {told} END AS {FAULT} FROM {quoted(read)}{joins}"
        return Part(name, query, often=True)

    def _faults(self, table: Table) -> list[tuple[str, str]]:
        found = []
        for item, _, cells in self._columns(table):
            own = _name(column_name(table.name, item.name))
            when = f"{quoted(own)} IS NULL"
            if _may_lack(item):
                when = quoted(f"#bad {own}") if _test(item, cells) else ""
            if item.kind.options:
                when += f"{' OR ' if when else ''}{quoted(own)} NOT IN ({_listed(item.kind.options)})"
            if when:
                found.append((when, text_literal(self._wanted(item, cells))))
        return found

    def _wanted(self, item: Field, cells: Cells | None) -> str:
        """What the cell should have been."""
        if cells is not None:
            low, high = written(cells.low, cells.places), written(cells.high, cells.places)
            places = self.say("cell places", places=cells.places) if cells.places else self.say("cell whole")
            return self.say("cell range", name=item.header, low=low, high=high) + places
        known = self.say("list").join(item.kind.options) if item.kind.options else self.say("cell yes or no")
        told = bool(item.kind.options) or item.kind.base is Base.YES_NO
        return self.say("cell option", name=item.header, known=known) if told \
            else self.say("cell missing", name=item.header)  # fmt: skip

    def _join(self, at: int, table: Table) -> str:
        row = quoted(ROW)
        told = f"min({FAULT}) AS {FAULT}, count(*) AS c"
        counted = f"SELECT {row} AS k, {told} FROM {table_name(table.name)} GROUP BY {row}"
        return f" LEFT JOIN ({counted}) AS e{at} ON e{at}.k = {quoted(READ)}.{row}"

    def _faults_of_subject(self) -> Iterator[tuple[str, str]]:
        """Two rows of one subject put it aside, and so do events that cannot be used, or are too many."""
        subject = next(item for item in self.program.facts.fields if item.name == self.program.subject)
        twice = f"count(*) OVER (PARTITION BY {quoted(READ)}.{quoted(ROW)}) > 1"
        yield twice, text_literal(self.say("cell twice", name=subject.header))
        for at, events in enumerate(self.program.events, 1):
            yield f"e{at}.{FAULT} IS NOT NULL", f"{text_literal(f'{events.header}: ')} || e{at}.{FAULT}"
            most = self.expected.tables[events.name].most
            yield f"e{at}.c > {most}", text_literal(self.say("rows too many", name=events.header, most=most))


def _name(column: str) -> str:
    """A name without its quotes."""
    return column[1:-1].replace('""', '"')


def _cell(item: Field) -> str:
    return f"{T}.{quoted(item.header)}"


def _text(item: Field) -> str:
    return f"nullif(trim(CAST({_cell(item)} AS VARCHAR)), '')"


def _may_lack(item: Field) -> bool:
    return item.default is not None or item.optional or not item.scored


def _value(item: Field, column: Column, cells: Cells | None) -> str:
    if cells is not None:
        kind = TYPES[width(column.low, column.high)]
        whole = f"{_decimal(item, cells)} * {column.scale}" if column.scale != 1 else _cell(item)
        found = f"CASE WHEN {_test(item, cells)} THEN CAST({whole} AS {kind}) END"
    elif item.kind.base is Base.YES_NO:
        text = f"lower({_text(item)})"
        found = f"CASE WHEN {text} IN ({_listed(YES)}) THEN TRUE WHEN {text} IN ({_listed(NO)}) THEN FALSE END"
    else:
        found = f"CAST({_cell(item)} AS DATE)" if item.kind.dates else _text(item)
    return found if item.default is None else f"coalesce({found}, {_constant(item.default, column.scale)})"


def _test(item: Field, cells: Cells | None) -> str:
    """Whether a cell is what it should be, as far as its kind does not say it."""
    cell = _cell(item)
    if cells is not None:
        low, high = (_bound(end, cells) for end in (cells.low, cells.high))
        return f"{cell} BETWEEN {low} AND {high} AND {cell} = CAST({cell} AS DECIMAL({MOST_DIGITS}, {cells.places}))"
    if item.kind.base is Base.YES_NO:
        return f"lower({_text(item)}) IN ({_listed((*YES, *NO))})"
    return ""


def written(value: int, places: int) -> str:
    """A number of so many places, without zeros at its end."""
    digits = str(abs(value)).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".") if places else digits
    return f"-{text}" if value < 0 else text


def _digits(cells: Cells) -> int:
    return max(cells.places + 1, *(len(str(abs(end))) for end in (cells.low, cells.high)))


def _decimal(item: Field, cells: Cells) -> str:
    return f"CAST({_cell(item)} AS DECIMAL({_digits(cells)}, {cells.places}))"


def _bound(end: int, cells: Cells) -> str:
    text = written(end, cells.places)
    return f"CAST({text} AS DECIMAL({_digits(cells)}, {cells.places}))" if "." in text else text


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(map(text_literal, texts))


def _constant(value: Value, scale: int) -> str:
    match value:
        case bool():
            return str(value).upper()
        case Fraction():
            return str(int(value * scale))
        case date():
            return f"DATE '{value.isoformat()}'"
    return text_literal(str(value))
