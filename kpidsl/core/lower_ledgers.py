"""Ledgers to lines, grades and ranks to what settles them."""

from collections.abc import Iterator
from fractions import Fraction

from kpidsl.core import nodes as n
from kpidsl.core.lower_expressions import Lowering
from kpidsl.policy.model import Policy, all_ledgers, parts_of, worth_of_all
from kpidsl.syntax import tree as t
from kpidsl.values.kinds import POINTS
from kpidsl.values.rounding import Mode

VERBS = {"START": "start", "ADD": "add", "DEDUCT": "deduct", "MULTIPLY_BY": "multiply", "AT_MOST": "at most",
         "AT_LEAST": "at least", "OVERRIDE": "override"}  # fmt: skip
MODES = {"HALF_UP": Mode.HALF_UP, "HALF_EVEN": Mode.HALF_EVEN, "ALWAYS_UP": Mode.UP, "ALWAYS_DOWN": Mode.DOWN}
TIES = {"TIES_SHARE": "share", "TIES_DENSE": "dense", "TIES_BY": "by"}
SCOPES = {"RULE": "ROUND_EACH_RULE", "SECTION": "ROUND_EACH_SECTION", "TOTAL": "ROUND_TOTAL",
          "PAYOUT": "ROUND_EACH_PAYOUT"}  # fmt: skip
# How entries of the total are numbered, whose name is empty.
TOTAL_CLAUSE = "total"


def chains(around: tuple[t.Ledger, ...]) -> Iterator[tuple[t.Ledger, ...]]:
    """The last of `around`, and every ledger in it, each after those that hold it."""
    yield around
    for part in parts_of(around[-1]):
        yield from chains((*around, part))


def lower_ledger(chain: tuple[t.Ledger, ...], policy: Policy, lowering: Lowering) -> n.Ledger:
    """The last of `chain`; where one of those that hold it is not applicable, neither is it."""
    ledger = chain[-1]
    clause = ledger.name.text or TOTAL_CLAUSE
    worth = _worth(ledger)
    paid = chain[0].role == "PAYOUT"
    lines: list[n.Line] = []
    for row in ledger.rows:
        number = f"{clause}.{1 + sum(line.verb != 'round' for line in lines)}"
        match row:
            case t.Ledger():
                lines.append(n.Line(row.span, number, "carry", n.Ref(row.span, row.name.text)))
            case t.Spread(least=least):
                lines.append(n.Line(row.span, number, "spread", n.Literal(row.span, Fraction(least or 1))))
            case t.Posting(verb=verb, amount=amount, when=when):
                condition = lowering.expr(when, ledger.worth) if when is not None else None
                lines.append(n.Line(row.span, number, VERBS[verb], lowering.expr(amount, ledger.worth), condition))
                if ledger.role in ("RULE", "PART") and not paid:
                    lines += _round(policy, "ROUND_EACH_LINE", ledger.name.text, number)
    lines += _round(policy, SCOPES.get(ledger.role, ""), ledger.name.text, clause)
    exempt = tuple(lowering.expr(row.when, around.worth) for around in chain
                   for row in around.rows if isinstance(row, t.Exempt))  # fmt: skip
    cited = [row.text for row in ledger.rows if isinstance(row, t.Cited)]
    kind = policy.symbols[ledger.name.text].kind or POINTS
    return n.Ledger(
        ledger.span, ledger.name.text, ledger.label or ledger.name.text, ledger.role.lower(), clause,
        "; ".join(dict.fromkeys(cited)), worth, tuple(lines), exempt, ledger.open, kind,
    )  # fmt: skip


def _worth(ledger: t.Ledger) -> Fraction | None:
    """What a ledger says, a section otherwise what its rules are worth; the total what all rules but open ones are."""
    if ledger.worth is not None:
        return ledger.worth
    if ledger.role == "SECTION" and any(isinstance(row, t.Spread) for row in ledger.rows):
        return worth_of_all(parts_of(ledger))
    if ledger.role == "TOTAL":
        rules = [rule for rule in all_ledgers(parts_of(ledger)) if rule.role == "RULE" and not rule.open]
        worths = [rule.worth for rule in rules if rule.worth is not None]
        return sum(worths, Fraction(0)) if worths else None
    return None


def _round(policy: Policy, scope: str, name: str, clause: str) -> list[n.Line]:
    """The line that rounds the running balance of ledger `name`, where the header asks for it."""
    rounding = policy.roundings.get(scope)
    if rounding is None:
        return []
    balance = n.Ref(rounding.span, name)
    step = Fraction(1, 10 ** int(rounding.decimals))
    rounded = n.Round(rounding.span, balance, step, MODES[rounding.mode])
    return [n.Line(rounding.span, f"{clause}.round", "round", rounded)]


def lower_result(result: t.Grade | t.Rank, lowering: Lowering) -> n.Grade | n.Rank:
    name, label = result.name.text, result.label or result.name.text
    if isinstance(result, t.Rank):
        breakers = tuple(lowering.expr(breaker, None) for breaker in result.breakers)
        return n.Rank(result.span, name, label, lowering.expr(result.value, None), tuple(g.text for g in result.within),
                      result.lowest_first, TIES[result.ties], breakers)  # fmt: skip
    bands = [row for row in result.rows if isinstance(row, t.GradeBand)]
    rows = tuple(t.BandRow(row.span, row.band, t.Text(row.grade.span, row.grade.text)) for row in bands)
    cases = lowering.expr(t.Bands(result.value.span, result.value, rows), None)
    assert isinstance(cases, n.Cases)
    overrides = tuple(n.GradeOverride(row.span, row.grade.text, lowering.expr(row.when, None))
                      for row in result.rows if isinstance(row, t.GradeOverride))  # fmt: skip
    grades = list(dict.fromkeys(row.grade.text for row in bands))
    quotas = sorted((row for row in result.rows if isinstance(row, t.Quota)), key=lambda q: grades.index(q.grade.text))
    cited = "; ".join(dict.fromkeys(row.text for row in result.rows if isinstance(row, t.Cited)))
    return n.Grade(result.span, name, label, cited, cases, overrides, tuple(_quota(row, grades) for row in quotas))


def _quota(row: t.Quota, grades: list[str]) -> n.Quota:
    after = grades[grades.index(row.grade.text) + 1]
    return n.Quota(row.span, row.grade.text, after, row.limit, row.share, tuple(name.text for name in row.within),
                   row.lowest_first, row.stay)  # fmt: skip
