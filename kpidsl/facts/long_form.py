"""The long form of a file of ledgers: a row an entry, as SQL over the file, with balances added up on the way.

Numbers are fractions of two whole numbers until they are written: as decimals where at most PLACES digits write them,
else as n/d.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from kpidsl.core.columns import ROW, quoted
from kpidsl.core.entries import FEW, LIMITS, MISSING, REASONS
from kpidsl.facts.headers import normal
from kpidsl.facts.results import period_sql
from kpidsl.facts.shapes import literal
from kpidsl.facts.sheets import Sheet

PLACES = 12


class Ratio(NamedTuple):
    """SQL of both parts; a `bottom` that is a literal is the same in all rows."""

    top: str
    bottom: str = "1"


ZERO = Ratio("0")


class Layered:
    """Columns by the layer that works them out: each may use those of the layers before."""

    def __init__(self) -> None:
        self.layers: list[dict[str, str]] = []

    def put(self, at: int, name: str, sql: str) -> str:
        while len(self.layers) <= at:
            self.layers.append({})
        self.layers[at][name] = sql
        return quoted(name)

    def query(self, source: str, selections: Sequence[str]) -> str:
        """All rows of one selection after those of the one before."""
        parts, below = [f"l0 AS (SELECT * FROM {source})"], "l0"
        for at, layer in enumerate(self.layers, 1):
            columns = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in layer.items())
            kept = "MATERIALIZED " if at == len(self.layers) else ""
            parts.append(f"l{at} AS {kept}(SELECT *{', ' if columns else ''}{columns} FROM {below})")
            below = f"l{at}"
        return f"WITH {', '.join(parts)}\n" + "\nUNION ALL ".join(f"{part} FROM {below}" for part in selections)


class Inputs(NamedTuple):
    """The facts as texts: a query of the place of each row and its cells c0, c1…, and the sheet's head."""

    texts: str
    head: Sheet

    def cell(self, header: str) -> str | None:
        """The column of a fact."""
        found = [at for at, own in enumerate(self.head.header) if normal(own)[0] == normal(header)[0]]
        return f"c{found[0]}" if found else None


def long_form(about: Mapping[str, Any], source: str, inputs: Inputs | None) -> str:
    """A query of every entry, in the order of their `position`; of a ledger without any, one row that says why."""
    level = about["level"]
    layered = Layered()
    entries: list[str] = []
    for ledger in level["ledgers"]:
        entries += _entries(ledger, level["ledgers"], layered, inputs)
    if inputs is not None:
        first = inputs.head.top + 1
        source = f"{source} JOIN ({inputs.texts}) ON number + {first} = {quoted(ROW)}"
    heads = [f"{quoted(ROW)} AS row", f"{quoted(level['subject'])} AS subject"]
    heads += [f"{period_sql(quoted(level['period']), level['unit'])} AS period"] if level["period"] else []
    heads += [quoted(name) for name in level["groups"]]
    selections = [f"SELECT {', '.join(heads)}, {at} AS position, {entry}" for at, entry in enumerate(entries)]
    return f"SELECT * FROM ({layered.query(source, selections)}) WHERE entry IS NOT NULL"


def _entries(ledger: Mapping[str, Any], ledgers: Sequence[Mapping[str, Any]], layered: Layered,
             inputs: Inputs | None) -> list[str]:  # fmt: skip
    """The columns of each line, of which those that were not come to have no number."""
    name, final = ledger["name"], _whole(ledger["balance"])
    lines = ledger["lines"]
    reason = layered.put(0, f"{name}\nreason", _reason(ledger))
    shut = f"{reason} IN ('open', 'exempt')"
    entries = [_columns(ledger, {"entry": f"CASE WHEN {shut} THEN 0 END", "reason": reason})]
    before, closed = ZERO, shut
    for at, line in enumerate(lines):
        amount, said = _amount(line, final, before, ledgers)
        moved = _bound(amount, f"{name}\n{at} moved", 2 * at, layered)
        after = _bound(_added(before, amount), f"{name}\n{at}", 2 * at, layered)
        stops = f"{said} IN ('missing', 'few')" if line["code"] else "FALSE"
        entries.append(_columns(ledger, {
            "entry": f"CASE WHEN NOT ({closed}) THEN {at + 1} END", "clause": literal(line["clause"]),
            "verb": literal(line["verb"]), "place": literal(line["place"]), "text": literal(line["text"]),
            "reason": said, "chosen": _chosen(line), "inputs": _used(line, inputs), "amount": _text(moved),
            "balance": f"CASE WHEN {stops} THEN NULL ELSE {_text(after)} END",
        }))  # fmt: skip
        closed = layered.put(2 * at + 1, f"{name}\n{at} closed", f"({closed} OR coalesce({stops}, FALSE))")
        before = after
    return entries


def _bound(of: Ratio, name: str, at: int, layered: Layered) -> Ratio:
    """As columns, in lowest terms."""
    if of.bottom == "1":
        return Ratio(layered.put(at, f"{name} top", of.top))
    top = layered.put(at, f"{name} whole top", of.top)
    bottom = layered.put(at, f"{name} whole bottom", of.bottom)
    shared = f"greatest(gcd({top}, {bottom}), 1)"
    return Ratio(layered.put(at + 1, f"{name} top", f"{top} // {shared}"),
                    layered.put(at + 1, f"{name} bottom", f"{bottom} // {shared}"))  # fmt: skip


def _reason(ledger: Mapping[str, Any]) -> str:
    """Why a ledger has no score; empty where it has one."""
    if ledger["open"]:
        return "'open'"
    cases = [f"WHEN {quoted(ledger['exempt'])} THEN 'exempt'"] if ledger["exempt"] else []
    codes = [quoted(line["code"]) for line in ledger["lines"] if line["code"]]
    cases += [f"WHEN {code} IN ({MISSING}, {FEW}) THEN 'missing'" for code in codes]
    return f"CASE {' '.join(cases)} WHEN {quoted(ledger['balance']['column'])} IS NULL THEN 'empty' ELSE '' END"


def _amount(line: Mapping[str, Any], final: Ratio, before: Ratio,
            ledgers: Sequence[Mapping[str, Any]]) -> tuple[Ratio, str]:  # fmt: skip
    """What a line moved, and the reason why it did not fire."""
    if line["takes"] is not None:
        inner = next(ledger for ledger in ledgers if ledger["name"] == line["takes"])
        taken = _whole(inner["balance"])
        return Ratio(f"coalesce({taken.top}, 0)", f"coalesce({taken.bottom}, 1)"), quoted(f"{line['takes']}\nreason")
    code = quoted(line["code"]) if line["code"] else "0"
    moved = _whole(line["amount"]) if line["amount"] else _added(final, Ratio(f"(-{before.top})", before.bottom))
    fires = f"({code} >= 0 AND {moved.top} IS NOT NULL)"
    amount = Ratio(f"CASE WHEN {fires} THEN {moved.top} ELSE 0 END",
                      moved.bottom if moved.bottom.isdigit() else f"CASE WHEN {fires} THEN {moved.bottom} ELSE 1 END")
    reasons = " ".join(f"WHEN {number} THEN '{said}'" for number, said in REASONS.items())
    other = f"CASE WHEN {amount.top} = 0 THEN 'within' ELSE '' END" if line["verb"] in LIMITS else "''"
    return amount, f"CASE {code} {reasons} ELSE {other} END" if line["code"] else other


def _whole(of: Mapping[str, Any]) -> Ratio:
    top = f"CAST({quoted(of['column'])} AS HUGEINT)"
    if of["per"] is None:
        return Ratio(top, str(of["scale"]))
    return Ratio(top, f"(CAST({quoted(of['per'])} AS HUGEINT) * {of['scale']})")


def _added(one: Ratio, other: Ratio) -> Ratio:
    if ZERO in (one, other):
        return other if one == ZERO else one
    if one.bottom == other.bottom:
        return Ratio(f"({one.top} + {other.top})", one.bottom)
    return Ratio(f"({one.top} * {other.bottom} + {other.top} * {one.bottom})", f"({one.bottom} * {other.bottom})")


def _text(of: Ratio) -> str:
    """Of a fraction in lowest terms, as `values.numerals.exact` writes it."""
    top, bottom = of
    whole = f"CAST({top} AS VARCHAR)"
    if bottom == "1":
        return whole
    unit = 10**PLACES
    sign = f"CASE WHEN {top} < 0 THEN '-' ELSE '' END"
    decimals = f"lpad(CAST(abs({top}) % {bottom} * ({unit} // {bottom}) AS VARCHAR), {PLACES}, '0')"
    decimal = f"{sign} || CAST(abs({top}) // {bottom} AS VARCHAR) || '.' || rtrim({decimals}, '0')"
    return (f"CASE WHEN {bottom} = 1 THEN {whole} WHEN {unit} % {bottom} = 0 THEN {decimal} "
            f"ELSE {whole} || '/' || CAST({bottom} AS VARCHAR) END")  # fmt: skip


def _chosen(line: Mapping[str, Any]) -> str:
    """The rows of the policy that were chosen, one after the other."""
    parts, times = [], 1
    for rows in line["choices"]:
        code = quoted(line["code"])
        listed = ", ".join(map(literal, rows))
        parts.append(f"[{listed}][1 + {code} // {times} % {len(rows)}]")
        times *= len(rows)
    return f"CASE WHEN {quoted(line['code'])} >= 0 THEN {PAUSE.join(parts)} END" if parts else "NULL"


PAUSE = " || '; ' || "


def _used(line: Mapping[str, Any], inputs: Inputs | None) -> str:
    """The facts that a line uses, with the cells as they stand in the file."""
    cells = [(name, inputs.cell(name)) for name in line["inputs"]] if inputs is not None else []
    parts = [f"{literal(name + ' = ')} || coalesce({cell}, '')" for name, cell in cells if cell is not None]
    return PAUSE.join(parts) or "NULL"


def _columns(ledger: Mapping[str, Any], given: Mapping[str, str]) -> str:
    cells = {"ledger": literal(ledger["label"]), "source": literal(ledger["source"]), "entry": "NULL",
             "clause": literal(ledger["clause"]), "verb": "NULL", "place": literal(ledger["place"]), "text": "NULL",
             "reason": "''", "chosen": "NULL", "inputs": "NULL", "amount": "NULL", "balance": "NULL",
             **given}  # fmt: skip
    kinds = dict.fromkeys(cells, "VARCHAR") | {"entry": "INTEGER"}
    return ", ".join(f"CAST({sql} AS {kinds[name]}) AS {name}" for name, sql in cells.items())
