"""What a policy requires of its worths, and of those of the files that extend it."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from operator import eq, ge, gt, le, lt

from kpidsl.policy.files import Merged, merge
from kpidsl.policy.model import all_ledgers, worth_of_all
from kpidsl.policy.scope import Scope
from kpidsl.syntax import tree as t
from kpidsl.text.findings import Finding, nearest
from kpidsl.values.numerals import exact, percent

HOLDS: dict[str, Callable[[Fraction, Fraction], bool]] = {"GE": ge, "GT": gt, "LE": le, "LT": lt, "EQ": eq}
SIGNS = {"GE": ">=", "GT": ">", "LE": "<=", "LT": "<", "EQ": "="}


def check_requires(merged: Merged, scope: Scope) -> None:
    """A share that does not hold is told at the ledger whose worth breaks it, with the clause that requires it."""
    everything = worth_of_all(merged.ledgers)
    ledgers = {ledger.name.text: ledger for ledger in all_ledgers(merged.ledgers)}
    for require in merged.requires:
        ledger = ledgers.get(require.name.text)
        if ledger is None or ledger.worth is None or not everything:
            scope.report("P034", require.name.span, name=require.name.text, near=nearest(require.name.text, ledgers))
            continue
        share = ledger.worth / everything
        if not HOLDS[require.op](share, require.share):
            required = f"{SIGNS[require.op]} {percent(require.share, '%')}"
            scope.report("P035", ledger.span, name=ledger.name.text, share=percent(share, "%"), required=required,
                         source=_clause(require))  # fmt: skip


def check_full_marks(files: Sequence[t.File], merged: Merged, findings: list[Finding]) -> None:
    """A file that extends another and changes what all is worth together is told so at the line that does it, where no
    worth is found wrong already.
    """
    if len(files) == 1 or any(finding.code in ("P018", "P035", "P073") for finding in findings):
        return
    before = merge([*files[:-1]], [])
    for old, new in ((before, merged), *((before.levels.get(unit, Merged()), merged.levels[unit])
                                         for unit in merged.levels)):  # fmt: skip
        was, now = worth_of_all(old.ledgers), worth_of_all(new.ledgers)
        own_total = old.totals or new.totals
        line = _changed(files[-1], old, new)
        if was not in (0, now) and line is not None and not own_total:
            findings.append(Finding("P074", line.span, {"was": exact(was), "now": exact(now)}))


def _changed(file: t.File, old: Merged, new: Merged) -> t.Ledger | None:
    """The first ledger of a file that is not worth what it was before."""
    was, now = ({ledger.name.text: ledger.worth for ledger in all_ledgers(side.ledgers)} for side in (old, new))
    lines = [row for line in file.lines for row in (line.rows if isinstance(line, t.Assess) else (line,))]
    return next((line for line in lines if isinstance(line, t.Ledger)
                 and was.get(line.name.text) != now.get(line.name.text)), None)  # fmt: skip


def _clause(require: t.Require) -> str:
    place = f"{require.span.source.path}:{require.span.line}"
    return f"{require.source}, {place}" if require.source else place
