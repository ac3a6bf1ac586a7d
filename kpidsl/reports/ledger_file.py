"""What a file of ledgers says of itself: the columns of each ledger and line, with what the policy says there.

Amounts are whole numbers over a scale, and over a column of divisors where there is one. What cannot be worked out from
the rest has a column; the words are here, once.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from kpidsl.core.entries import amount_name, choices, code_name, exempt_name, has_amount
from kpidsl.core.nodes import Column, Expr, Grade, Ledger, Line, Named, Ref, walk
from kpidsl.core.program import Program
from kpidsl.reports.policy_text import place_text, row_text, where
from kpidsl.reports.words import phrase
from kpidsl.text.findings import Finding
from kpidsl.text.source import Cell
from kpidsl.text.words import Lang
from kpidsl.values.numerals import exact

FORMAT = 1


class Whole(NamedTuple):
    """A column of whole numbers over `scale`, and over the column `per` where there is one."""

    column: str
    scale: int
    per: str | None = None


def column_name(name: str) -> str:
    """What stands in the file for a ledger, or for what is kept of one: `rule`, `rule.2`, `rule.2.code`."""
    ledger, _, rest = name.partition("\n")
    return ".".join([ledger or "total", *rest.split()])


def described(program: Program, wholes: Mapping[str, Whole], lang: Lang) -> dict[str, Any]:
    """The level's ledgers, grades and ranks; `wholes` are the columns by the names of what they hold."""
    return {
        "unit": str(program.unit) if program.unit else None,
        "facts": program.label,
        "subject": program.headers[program.subject],
        "period": program.headers[program.dated] if program.dated else None,
        "groups": [program.headers[name] for name in program.within],
        "ledgers": [_ledger(ledger, program, wholes, lang) for ledger in program.ledgers],
        "results": [{"name": item.name, "label": item.label, "kind": "grade" if isinstance(item, Grade) else "rank",
                     "column": column_name(item.name)} for item in program.results],
    }  # fmt: skip


def _ledger(ledger: Ledger, program: Program, wholes: Mapping[str, Whole], lang: Lang) -> dict[str, Any]:
    return {
        "name": ledger.name, "label": ledger.label or phrase(lang, "total"), "role": ledger.role,
        "clause": ledger.clause, "source": ledger.source, "place": where(ledger.place, lang),
        "worth": None if ledger.worth is None else exact(ledger.worth), "unit": ledger.kind.base.value.lower(),
        "open": ledger.unfilled, "balance": wholes[ledger.name]._asdict(),
        "exempt": column_name(exempt_name(ledger.name)) if ledger.exempt else None,
        "lines": [_line(ledger, at, program, wholes, lang) for at in range(len(ledger.lines))],
    }  # fmt: skip


def _line(ledger: Ledger, at: int, program: Program, wholes: Mapping[str, Whole], lang: Lang) -> dict[str, Any]:
    line, code = ledger.lines[at], code_name(ledger.name, at)
    return {
        "clause": line.clause, "verb": line.verb,
        "place": where(line.place, lang), "text": place_text(line.place, lang),
        "amount": wholes[amount_name(ledger.name, at)]._asdict() if has_amount(ledger, at) else None,
        "code": column_name(code) if code in wholes else None,
        "choices": [[row_text(row.place, lang) for row in choice.cases.rows] for choice in choices(line.amount)],
        "takes": line.amount.name if line.verb == "carry" and isinstance(line.amount, Ref) else None,
        "inputs": list(dict.fromkeys(_inputs(line, program))),
    }  # fmt: skip


def _inputs(line: Line, program: Program) -> Iterator[str]:
    """The headers of the facts that a line uses, also by way of calculations."""
    named = {item.name: item.expr for item in program.definitions if isinstance(item, Named)}
    headers = {item.name: item.header for item in program.facts.fields}

    def used(of: Expr) -> Iterator[str]:
        for node in walk(of):
            if isinstance(node, Column) and not node.of_event:
                yield headers.get(node.name, node.name)
            elif isinstance(node, Ref) and node.name in named:
                yield from used(named[node.name])

    if line.verb != "carry":
        if line.when is not None:
            yield from used(line.when)
        yield from used(line.amount)


def no_score(manifest: Mapping[str, Any], subject: str, place: Cell) -> Finding:
    """Of a subject that a file of ledgers lacks; of rejects the file knows only how many they were."""
    lost = sum(table["rejected"] + table.get("owed", 0) for table in manifest["tables"].values())
    return Finding("D085" if lost else "D044", place, {"name": subject, "near": "", "count": lost})


def overview(about: Mapping[str, Any], rows: int, lang: Lang) -> str:
    """What a file of ledgers has, in words: what it rests on, and how many lines each ledger has."""
    from tabulate import tabulate

    manifest, level = about["manifest"], about["level"]
    head = phrase(lang, "ledger file", policy=manifest["policy"], edition=manifest["edition"] or "—", rows=rows,
                  facts=manifest["run"]["facts"])  # fmt: skip
    headers = [phrase(lang, name) for name in ("ledger name", "clause head", "worth head", "lines head")]
    cells = [[ledger["label"], ledger["source"], ledger["worth"] or "", str(len(ledger["lines"]))]
             for ledger in level["ledgers"]]  # fmt: skip
    table = tabulate(cells, headers, tablefmt="simple", disable_numparse=True)
    return f"{head}\n\n{table}\n\n{phrase(lang, 'ledger long')}"
