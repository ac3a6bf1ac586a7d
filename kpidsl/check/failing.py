"""Facts that the tables admit and for which a rule cannot be worked out, found by draws: their rows would be rejected.

What is merely left empty by mistake is not told, nor that there are no events to take an average of: whoever sends the
row learns it. An optional fact may be needed under a condition, if filling it in is all that it takes.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import partial
from typing import NamedTuple

from kpidsl.check.claims import formulas_of
from kpidsl.check.draws import Drawn, Draws, may_lack, of_row, telling, worked
from kpidsl.check.hanging import direct, up_to
from kpidsl.check.holes import may_choose_none
from kpidsl.check.witness import TRIES, facts_text
from kpidsl.core import nodes as n
from kpidsl.core.program import Program
from kpidsl.core.ranges import Ranges, ranges
from kpidsl.engines.environment import Environment, FailedError, Trace
from kpidsl.engines.evaluate import evaluate
from kpidsl.engines.exact import Worked
from kpidsl.text.findings import Finding, Word
from kpidsl.text.source import Span
from kpidsl.values import domains as d

CODES = {"E001": "P070", "E002": "P069", "E003": "P071"}
YEARS = 60
"""How many draws of a longest period, which is many short ones."""


def failing(program: Program) -> Iterator[Finding]:
    for at, known in enumerate(ranges(program)):
        yield from _Level(program, at, known).findings()


class _Reason(NamedTuple):
    """What cannot be worked out: the expression at `place`, which wants `name`; it hangs on what `of` hangs on."""

    code: str
    place: Span
    of: object
    name: str = ""


class _Level:
    """What is found on one level, each place once."""

    def __init__(self, program: Program, at: int, known: Ranges) -> None:
        self.whole, self.at, self.known = program, at, known
        level = program.levels[at]
        self.shown = _suspects(level, known)
        self.program = up_to(program, at, [item.name for item in self.shown])
        self.level = self.program.levels[at]
        self.draws = Draws(self.program)
        self.lines = {tuple(row.place for row in each.rows): each for each in n.walk(self.level.definitions)
                      if isinstance(each, n.Cases) and _slopes(each)}  # fmt: skip
        self.found: dict[n.Place, Finding] = {}
        self.excused: set[n.Place] = set()

    def findings(self) -> Iterable[Finding]:
        for _ in range((YEARS if self.at else TRIES) if self.shown else 0):
            self._look(self.draws.drawn())
        if self.at == 0:
            self._ask()
        return [finding for place, finding in self.found.items() if place not in self.excused]

    def _look(self, drawn: Drawn) -> None:
        for reason in self._reasons(drawn):
            if reason.place not in self.found:
                few, names = telling(drawn, partial(self._fails, reason.place), self.draws)
                facts = facts_text(self.program, reason.of, few, self.at, names)
                none = Word("ANY_FACTS" if reason.code == "P072" else "NO_EVENTS")
                args = {"facts": facts if facts.parts else none, "name": reason.name}
                self.found[reason.place] = Finding(reason.code, reason.place, args)

    def _reasons(self, drawn: Drawn) -> Iterator[_Reason]:
        """What cannot be worked out, where all shorter periods can."""
        *shorter, result = worked(self.program, drawn)
        if any(below.failures for below in shorter):
            return
        for item in self.shown:
            known = result.env.known.get(item.name)
            failure = known.failure if known is not None else None
            if failure is None or failure.code not in CODES or failure.name in self._open():
                continue
            if isinstance(failure.at, Span):
                if self._is_excused(item, failure, drawn, result.env):
                    self.excused.add(failure.at)
                yield _Reason(CODES[failure.code], failure.at, n.Ref(failure.at, item.name), failure.name)
        for line in self._lines(result):
            if isinstance(line.place, Span) and _falls_together(line, result.env):
                yield _Reason("P072", line.place, tuple((slope.low, slope.high) for slope in _slopes(line)))

    def _fails(self, place: Span, drawn: Drawn) -> bool:
        return any(reason.place == place for reason in self._reasons(drawn))

    def _open(self) -> set[str]:
        """Rules that another file will fill."""
        return {item.label for item in self.level.definitions if isinstance(item, n.Ledger) and item.unfilled}

    # ---- optional facts

    def _is_excused(self, item: n.Definition, failure: FailedError, drawn: Drawn, env: Environment) -> bool:
        """Whether an empty cell is asked for only in some case, and the rule has a score once the cells are filled."""
        tables = (self.level.facts, *self.level.events)
        optional = {field.name for table in tables for field in table.fields if may_lack(field)}
        if failure.code != "E001" or failure.name not in optional or not isinstance(item, n.Ledger):
            return False
        if not self._guarded(item, failure, env):
            return False
        again = worked(self.program, self.draws.filled(drawn))[self.at]
        return item.name in again.accounts and again.accounts[item.name].balance is not None

    def _guarded(self, ledger: n.Ledger, failure: FailedError, env: Environment) -> bool:
        line = next((line for line in ledger.lines if line.place == failure.line), None)
        if line is None:
            return False
        if ledger.exempt or _within_choice((line, self.level.definitions), failure.at):
            return True
        return line.when is not None and _holds(line.when, env)

    # ---- the points of a line

    def _lines(self, result: Worked) -> Iterator[n.Cases]:
        """The calculated lines of points by which something was scored."""
        for account in result.accounts.values():
            for rows in {choice.rows for entry in account.entries for choice in entry.choices}:
                if rows in self.lines:
                    yield self.lines[rows]

    # ---- what draws do not find

    def _ask(self) -> None:
        """Asks the solver for a divisor of 0 that no draw hit; the exact engine has to agree."""
        open_ones = [each.right for each in n.walk(self.level.definitions)
                     if isinstance(each, n.Arithmetic) and _may_fail(each, self.level, self.known)]  # fmt: skip
        divisors = [right for right in open_ones if not _in_events(right) and right.place not in self.found]
        formulas = formulas_of(self.level, self.known) if divisors else None
        for divisor in divisors if formulas else ():
            for ledger in self.level.ledgers:
                verdict = formulas.fails_at(ledger.name, divisor) if formulas else None
                if verdict is not None and verdict.facts is not None:
                    self._look(of_row(self.level, verdict.facts))


def _suspects(level: Program, known: Ranges) -> list[n.Definition]:
    """What may fail by itself, or by a named value that it uses; not what only takes in the score of another."""
    found: set[str] = set()
    shown: list[n.Definition] = []
    for item in level.definitions:
        nodes = item if not isinstance(item, n.Ledger) else \
            (item.exempt, tuple(line for line in item.lines if line.verb not in ("carry", "round")))  # fmt: skip
        uses = direct(nodes, level) & found
        if uses or any(_suspect(each) or _may_fail(each, level, known) for each in n.walk(nodes)):
            found |= {item.name} if isinstance(item, n.Named) else set()
            shown += [] if isinstance(item, n.Named) else [item]
        if isinstance(item, n.Ledger) and (item.exempt or item.unfilled):
            found.add(item.name)
    return shown


def _suspect(each: n.Node) -> bool:
    """Whether this may fail, or have no value, by its form."""
    match each:
        case n.Interpolate(low=low, high=high):
            return not (isinstance(low, n.Literal) and isinstance(high, n.Literal))
        case n.Cases(rows=rows):
            none = any(isinstance(row.outcome, n.Literal) and row.outcome.value is None for row in rows)
            return none or may_choose_none(each)
    return False


def _may_fail(each: n.Node, level: Program, known: Ranges) -> bool:
    """Whether the ranges leave it open that a divisor is 0, or the facts that a cell is empty."""
    match each:
        case n.Arithmetic(op="/", right=right):
            return known.possible(right).holds(d.ZERO)
        case n.Column(name=name):
            tables = (level.facts, *level.events)
            return any(item.name == name and may_lack(item) for table in tables for item in table.fields)
    return False


def _holds(when: n.Expr, env: Environment) -> bool:
    try:
        return bool(evaluate(when, env, Trace()))
    except FailedError:
        return False


def _within_choice(tree: object, place: n.Place) -> bool:
    """Whether the expression at `place` is looked at only where a row of some block is chosen, or an event passes."""
    inner: list[object] = []
    for each in n.walk(tree):
        match each:
            case n.Cases(rows=rows):
                inner += [row.outcome for row in rows]
            case n.Aggregate(where=where, value=value) if where is not None:
                inner.append(value)
    return any(found.place == place for found in n.walk(tuple(inner)) if isinstance(found, n.Node))


def _in_events(expr: n.Expr) -> bool:
    return any(isinstance(each, n.Column) and each.of_event for each in n.walk(expr))


def _slopes(block: n.Cases) -> list[n.Interpolate]:
    """Of a line of points, the stretches between them, where their ends are calculated."""
    return [row.outcome for row in block.rows if isinstance(row.test, n.Comparison)
            and isinstance(row.outcome, n.Interpolate) and _suspect(row.outcome)]  # fmt: skip


def _falls_together(block: n.Cases, env: Environment) -> bool:
    """Whether the points of a line, as they come to here, do not rise."""
    for slope in _slopes(block):
        low, high = (evaluate(end, env, Trace()) for end in (slope.low, slope.high))
        if isinstance(low, Fraction) and isinstance(high, Fraction) and high <= low:
            return True
    return False
