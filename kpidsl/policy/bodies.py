"""What ledgers and lets say, held against the kinds that their places want."""

from dataclasses import replace
from fractions import Fraction

from kpidsl.policy.doubles import doubled
from kpidsl.policy.infer import condition, infer
from kpidsl.policy.model import is_zero, parts_of
from kpidsl.policy.scope import Scope
from kpidsl.syntax import tree as t
from kpidsl.text.findings import Argument, Phrase, Word
from kpidsl.values.kinds import MONEY, POINTS, Base, Kind
from kpidsl.values.numerals import exact

_INSIDE = {"": ("SECTION", "RULE", "PAYOUT", "TOTAL"), "SECTION": ("RULE",),
           **dict.fromkeys(("RULE", "PART", "PAYOUT", "TOTAL"), ("PART",))}  # fmt: skip
_POSTS = (Base.POINTS, Base.NUMBER)
_FACTORS = (Base.PERCENT, Base.NUMBER)


def check_ledger(ledger: t.Ledger, around: str, scope: Scope, kind: Kind = POINTS) -> None:
    """`around` is the role of the ledger that holds this one; empty at the top. `kind`: what it keeps account of."""
    if ledger.role not in _INSIDE[around]:
        scope.report("P009", ledger.span, role=Word(ledger.role), around=Word(around or "POLICY"))
        return
    _check_lines(ledger, scope)
    _check_worth(ledger, scope)
    inner = replace(scope, worth=ledger.worth is not None)
    for row in ledger.rows:
        match row:
            case t.Posting():
                _check_posting(row, inner, kind)
            case t.Spread():
                _check_spread(row, ledger, scope)
            case t.Exempt(when=when):
                condition(when, inner)
            case t.Ledger():
                check_ledger(row, ledger.role, scope, kind)


def _check_lines(ledger: t.Ledger, scope: Scope) -> None:
    scoring = [row for row in ledger.rows if isinstance(row, t.Posting | t.Ledger)]
    if ledger.open and scoring:
        scope.report("P015", scoring[0].span, name=ledger.name.text)
    elif not ledger.open and not scoring:
        rule = ledger.name.text if ledger.role == "RULE" else ""
        scope.report("P010", ledger.span, role=Word(ledger.role), name=ledger.name.text, near=rule)
    for row in scoring[1:]:
        if isinstance(row, t.Posting) and row.verb == "START":
            scope.report("P016", row.span)
    cited = [row for row in ledger.rows if isinstance(row, t.Cited)]
    for extra in cited[1:]:
        if extra.span.source is cited[0].span.source:
            scope.report("P017", extra.span, ready=doubled(extra.span, cited[0].span))


def _check_worth(ledger: t.Ledger, scope: Scope) -> None:
    """A section is worth what its rules are worth together; a rule made of parts alone, what these are. Parts without a
    worth may add to those that have one. It is told at what another file put there, if anything.
    """
    parts = parts_of(ledger)
    worths = [part.worth for part in parts if part.worth is not None]
    total: Fraction = sum(worths, Fraction(0))
    if ledger.worth is None or not worths or total == ledger.worth:
        return
    at = next((part.span for part in parts if part.span.source is not ledger.span.source), ledger.span)
    if ledger.role == "SECTION":
        scope.report("P018", at, name=ledger.name.text, worth=exact(ledger.worth), total=exact(total))
    elif not any(isinstance(row, t.Posting) for row in ledger.rows) and (
        total > ledger.worth or len(worths) == len(parts)
    ):
        scope.report("P073", at, name=ledger.name.text, worth=exact(ledger.worth), total=exact(total))


def _check_spread(row: t.Spread, section: t.Ledger, scope: Scope) -> None:
    """The worth of a section can go from one rule to the others where each has a worth and all of them came before."""
    parts = parts_of(section)
    fits = section.role == "SECTION" and parts and all(part.worth is not None for part in parts)
    if not fits or section.rows[-1] is not row or (row.least or 1) > len(parts):
        scope.report("P043", row.span, count=len(parts))


def _check_posting(row: t.Posting, scope: Scope, of: Kind) -> None:
    if row.when is not None:
        condition(row.when, scope)
    kind = infer(row.amount, scope)
    if kind is None:
        # outcomes of different kinds that are all fit for the line are told apart row by row
        return
    if row.verb == "MULTIPLY_BY":
        if kind.base not in _FACTORS:
            scope.report("K007", row.amount.span, text=row.amount.span.text, kind=Word(kind.base))
    elif of == MONEY:
        if kind != MONEY and not is_zero(row.amount):
            scope.report("K026", row.amount.span, text=row.amount.span.text, kind=Word(kind.base))
    elif kind.base not in _POSTS:
        block = isinstance(row.amount, t.Bands | t.Points | t.Choose)
        code = "K022" if block else "K015" if kind.numeric else "K003"
        scope.report(code, row.amount.span, verb=Word(row.verb), text=row.amount.span.text, kind=Word(kind.base),
                     near=_mend(row, kind, scope.worth))  # fmt: skip


def _mend(row: t.Posting, kind: Kind, worth: bool) -> Argument:
    """How an amount of another kind becomes points."""
    verb, text = Word(row.verb), row.amount.span.text
    if isinstance(row.amount, t.Binary):
        text = f"({text})"
    match kind.base:
        case Base.PERCENT:
            return Phrase((verb, text, "*", Word("FULL") if worth else "10"))
        case Base.PP:
            return Phrase((verb, "0.5", Word("PER"), "1", Word("PP"), Word("OF"), text))
        case Base.COUNT:
            return Phrase((verb, "1", Word("PER"), "1", Word("OF"), text))
        case Base.MONEY:
            return Phrase((verb, "1", Word("PER"), "1000", Word("YUAN"), Word("OF"), text))
        case Base.DAYS:
            return Phrase((verb, "1", Word("PER"), "1", Word("DAYS"), Word("OF"), text))
    return ""
