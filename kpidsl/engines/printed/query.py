"""A policy as one query over tables with plain columns: exact decimals come out, and a status for each row."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from sqlglot import exp, parse_one

from kpidsl.core import nodes as n
from kpidsl.core.columns import NUMBER, ROW, TooWideError, column_name, quoted
from kpidsl.core.program import Program
from kpidsl.engines.columnar.conditions import FALSE, TRUE
from kpidsl.engines.columnar.engine import lowered, statement
from kpidsl.engines.columnar.layers import text_literal
from kpidsl.engines.columnar.numbers import Number
from kpidsl.engines.columnar.scoring import Scoring
from kpidsl.engines.columnar.terms import Term, UnsupportedError
from kpidsl.engines.printed.bounds import SMALLER, Expected, assumed
from kpidsl.engines.printed.dialects import POSTGRES, SPARK, adapted, cut, short
from kpidsl.engines.printed.given import FAULT, GIVEN, Giving, T
from kpidsl.engines.printed.layout import bare, selection
from kpidsl.engines.printed.parts import About, Item, Part, Read, Say, part
from kpidsl.engines.printed.purposes import purposes
from kpidsl.engines.printed.types import DECIMAL, TEXT, Types
from kpidsl.values.numerals import decimal_places

BASE, SCORES, WHY = "step", "scores", "why"
MOST_PLACES, MOST_DIGITS = 18, 36


class Asked(NamedTuple):
    """What the query is to give: of the facts, and of the results, each by its name with its header; then a status.

    `tables` are the names of the tables as SQL, by those of events.
    """

    facts: Sequence[tuple[str, str]]
    results: Sequence[tuple[str, str]]
    status: str
    tables: Mapping[str, str]


def expected(program: Program) -> Expected:
    """What is assumed of tables that nobody has seen. Raises UnsupportedError and TooWideError."""
    for sizes in SMALLER[:-1]:
        try:
            found = assumed(program, sizes)
            lowered(program, found.tables)
            return found
        except TooWideError:
            continue
    return assumed(program, SMALLER[-1])


def parts(program: Program, known: Expected, asked: Asked, dialect: str, say: Say) -> list[Part]:
    """Raises UnsupportedError and TooWideError."""
    refuse(program)
    found = lowered(program, known.tables, BASE)
    why = _why(program, found, say)
    wanted = {name for name, _ in asked.results}
    found.results = {name: term for name, term in found.results.items() if name in wanted}
    numbered = f'"{NUMBER}"' in statement(found)
    giving = Giving(program, known, asked.tables, numbered, say).parts(BASE)
    return [*giving, *_steps(program, found, why), _last(found, asked, why, dialect, say)]


def refuse(program: Program) -> None:
    """Raises UnsupportedError where a query cannot say it all."""
    if program.dated or program.above is not None:
        raise UnsupportedError("PERIODS")


def _steps(program: Program, found: Scoring, why: str) -> list[Part]:
    """The layers of the engine, and what they come to."""
    items = [Item(why, WHY)] if why else []
    for at, term in enumerate(found.results.values()):
        items += _columns(f"r{at}", term)
    queries = found.layers.queries([item.text for item in items])
    layers = [Part(query.name[1:-1].replace('""', '"'), query.text, often=query.often) for query in queries]
    last = quoted(layers[-1].name if layers else BASE)
    steps = [*layers, part(SCORES, [Item(quoted(ROW), ROW), *items], f"FROM {last}")]
    about = purposes(program, [step.query for step in steps])
    return [Part(step.name, step.query, own, step.often) for step, own in zip(steps, about, strict=True)]


def _columns(name: str, term: Term) -> list[Item]:
    if not isinstance(term.value, Number):
        return [Item(_unless(term, term.value.text), name)]
    divisor = [Item(term.value.divisor.text, f"{name}d")] if term.value.divisor is not None else []
    return [Item(_unless(term, term.value.top.text), name), *divisor]


def _unless(term: Term, text: str) -> str:
    if term.none == TRUE:
        return "NULL"
    return text if term.none == FALSE else f"CASE WHEN NOT {term.none.text} THEN {text} END"


def _why(program: Program, found: Scoring, say: Say) -> str:
    """SQL of why a row has no score; nothing where every row has one."""
    cases = []
    for item in program.definitions:
        term = found.results.get(item.name)
        if term is not None and isinstance(item, n.Ledger | n.Grade):
            name = item.label or say("total")
            cases += [(term.lacks.text, say("row lacks", name=name)), (term.fails.text, say("row fails", name=name))]
    cases.append((found.broken.text, say("row broken")))
    if found.late != FALSE:     # places were taken with a row that has no score then
        cases.append((f"max(CASE WHEN {found.late.text} THEN 1 ELSE 0 END) OVER () = 1", say("row unsettled")))
    told = [f"WHEN {when} THEN {text_literal(what)}" for when, what in cases if when != FALSE.text]
    return f"CASE {' '.join(told)} END" if told else ""


def _last(found: Scoring, asked: Asked, why: str, dialect: str, say: Say) -> Part:
    """Every row of the facts, with its results where it has them."""
    items = [Item(f"g.{column_name('', name)}", header) for name, header in asked.facts]
    at = {name: f"r{number}" for number, name in enumerate(found.results)}
    for name, header in asked.results:
        text = _result(f"s.{at[name]}", found.results[name], dialect)
        items.append(Item(f"CASE WHEN s.{WHY} IS NULL THEN {text} END" if why else text, header))
    broken = f"WHEN s.{WHY} IS NOT NULL THEN s.{WHY} " if why else ""
    fault = f"CASE WHEN g.{FAULT} IS NOT NULL THEN g.{FAULT} {broken}ELSE {text_literal(say('row scored'))} END"
    row = quoted(ROW)
    rest = f"FROM {quoted(GIVEN)} AS g LEFT JOIN {quoted(SCORES)} AS s ON s.{row} = g.{row} ORDER BY g.{row}"
    return part("", [*items, Item(fault, asked.status)], rest)


def _result(column: str, term: Term, dialect: str) -> str:
    """A text; a whole number; a decimal; or, where none is exact, a fraction as a text."""
    if not isinstance(term.value, Number):
        return column
    top, scale, divisor = term.value.top, term.value.scale, term.value.divisor
    places = decimal_places(Fraction(1, scale)) if divisor is None else None
    if places == 0:
        return column
    if places is not None and places <= MOST_PLACES:
        digits = min(len(str(max(abs(top.low), abs(top.high)))) + places, MOST_DIGITS - places)
        whole = f"CAST({column} AS DECIMAL({digits}, 0)) * {10**places // scale}"
        unit = f"CAST(0.{'1'.rjust(places, '0')} AS DECIMAL({places + 1}, {places}))"
        return f"{whole if 10**places != scale else f'CAST({column} AS DECIMAL({digits}, 0))'} * {unit}"
    below = f"CAST({scale} AS HUGEINT)" + (f" * {column}d" if divisor is not None else "")
    shared = f"gcd(CAST({column} AS HUGEINT), {below})"
    if dialect == SPARK:
        return f"CAST({column} AS VARCHAR) || '/' || CAST({below} AS VARCHAR)"
    return f"CAST({column} // {shared} AS VARCHAR) || '/' || CAST(({below}) // {shared} AS VARCHAR)"


def text(found: Sequence[Part], dialect: str, comment: Callable[[About], str]) -> str:
    """The query as it is printed, with comments."""
    types, cuts = Types({}), dict[str, str]()
    printed, last = list[str](), ""
    for each in found:
        query = parse_one(each.query, dialect="duckdb")
        assert isinstance(query, exp.Select)
        _know(query, each, types)
        columns = types.of_query(query)
        names = [item.alias_or_name for item in query.expressions]
        comments = [comment(each.about[name]) if name in each.about else "" for name in names]
        bare(adapted(query, dialect, types))
        reads = any(isinstance(about, Read) for about in each.about.values())
        if dialect == POSTGRES:
            cut(query, not reads, bool(each.name), cuts)
        if each.name:
            types.tables[each.name] = columns
            name = short(each.name, cuts) if dialect == POSTGRES else each.name
            name = exp.to_identifier(name, quoted=True).sql(dialect=dialect)
            printed.append(f"{name} AS {_kept(each, dialect)}(\n{selection(query, comments, dialect, '  ')}\n)")
        else:
            last = selection(query, comments, dialect, "")
    return f"WITH {', '.join(printed)}\n{last}\n"


def _know(query: exp.Select, each: Part, types: Types) -> None:
    """The columns of a table that is given, as far as they are read."""
    read = [about for about in each.about.values() if isinstance(about, Read)]
    if read:
        (source,) = types.sources(query).keys() & {T}
        table = next(table for table in query.find_all(exp.Table) if table.alias == source)
        own = types.tables.setdefault(table.name, {})
        types.tables[table.name] = {**own, **{about.item.header: DECIMAL if about.cells else TEXT for about in read}}


def _kept(each: Part, dialect: str) -> str:
    """Spark has no word for it. PostgreSQL would else write queries into each other, each use of a column once more."""
    if dialect == SPARK:
        return ""
    return "MATERIALIZED " if each.often or dialect != "duckdb" else "NOT MATERIALIZED "
