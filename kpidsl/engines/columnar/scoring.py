"""A level of a program as one query: its definitions in stages, each a column of the first layer that can have it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import TypeVar

from kpidsl.core import nodes as n
from kpidsl.core.entries import amount_name, code_name, exempt_name
from kpidsl.core.left import LeftError
from kpidsl.core.program import Program
from kpidsl.core.stages import stages
from kpidsl.engines.columnar import standing
from kpidsl.engines.columnar.conditions import FALSE, Condition, every, opposite, some
from kpidsl.engines.columnar.expressions import Expressions
from kpidsl.engines.columnar.layers import Layers
from kpidsl.engines.columnar.ledgers import Account, Opened, grade, ledger
from kpidsl.engines.columnar.numbers import Number, tight
from kpidsl.engines.columnar.terms import Term, Words
from kpidsl.values.domains import ANY

SHORT = 40
TOTAL = "total"
NARROW = 64
T = TypeVar("T")


@dataclass
class Scoring:
    """What the query gives for each row of facts: `results` of ledgers, grades and ranks by name, `kept` values, the
    `sizes` of groups that somebody asks for; which rows are `broken`, and which of these only `late`, after places were
    taken. `shared` is what was settled among all, `breaks` when each definition breaks the row. `wide` are the columns
    of tables that have 128 bits.
    """

    layers: Layers
    results: dict[str, Term] = field(default_factory=dict)
    kept: dict[str, Term] = field(default_factory=dict)
    shared: list[str] = field(default_factory=list)
    sizes: dict[str, Term] = field(default_factory=dict)
    broken: Condition = FALSE
    late: Condition = FALSE
    breaks: dict[str, Condition] = field(default_factory=dict)
    wide: frozenset[str] = frozenset()


def scoring(program: Program, x: Expressions, rows: int, kept: Collection[str] = ()) -> Scoring:
    """The results, and of what is worked out on the way what is to be `kept`. Raises UnsupportedError, TooWideError."""
    level = _Level(x, Scoring(x.layers, wide=_wide(x)), kept)
    for at, stage in enumerate(stages(program)):
        breaks = {item.name: x.apart.never(_named(level.work_out, item)) for item in stage.definitions}
        level.found.breaks |= breaks
        broken = x.layers.bind_condition(some(*breaks.values()), "broken")
        if at:
            level.found.late = some(level.found.late, every(broken, opposite(level.found.broken)))
        level.found.broken = some(level.found.broken, broken)
        placed = standing.Placed(x.layers, rows, opposite(level.found.broken))
        for item in stage.shared:
            _named(level.settle, item, placed)
            level.found.shared.append(item.name)
    asked = {item.rank for item in n.walk(program.definitions) if isinstance(item, n.GroupSize)}
    level.found.sizes = {name: size() for name, size in x.sizes.items() if name in asked}
    return level.found


@dataclass
class _Level:
    """A level while it is being lowered. `values` are what grades go by, `keys` what ranks do."""

    x: Expressions
    found: Scoring
    kept: Collection[str]
    accounts: dict[str, Account] = field(default_factory=dict)
    values: dict[str, Term] = field(default_factory=dict)
    keys: dict[str, standing.Waiting] = field(default_factory=dict)

    def work_out(self, item: n.Definition) -> Condition:
        """One more definition; returns when it breaks the whole row."""
        x, name = self.x, item.name
        match item:
            case n.Named(expr=expr):
                term = x.known[name] = _kept(x.of(expr), name, x.layers)
                if name in self.kept:
                    self.found.kept[name] = replace(term, none=some(term.none, term.broken))
                return FALSE
            case n.Ledger():
                opened = ledger(item, x, self.accounts)
                term = _kept(opened.term, name or TOTAL, x.layers)
                self.keep(item, opened)
                self.accounts[name] = Account(term, item.worth)
                x.known[name] = replace(term, none=FALSE, lacks=some(term.lacks, term.none),
                                        absent=some(term.absent, term.none))  # fmt: skip
            case n.Grade():
                term, value = grade(item, x)
                term = x.known[name] = _kept(term, name, x.layers)
                if item.quotas:
                    self.values[name] = value
            case n.Rank():
                self.keys[name] = standing.waiting(item, x)
                return self.keys[name].broken
        self.found.results[name] = term
        return term.broken

    def keep(self, item: n.Ledger, opened: Opened) -> None:
        """What is to be kept of its entries."""
        found: dict[str, Term] = {}
        if item.exempt:
            found[exempt_name(item.name)] = Term(opened.exempt)
        for posting in opened.postings:
            found[amount_name(item.name, posting.at)] = Term(posting.amount, none=posting.unreached)
            code = Number(posting.code, 1, ANY)
            found[code_name(item.name, posting.at)] = Term(code, none=posting.unreached)
        self.found.kept |= {name: _kept(term, name, self.x.layers) for name, term in found.items() if name in self.kept}

    def settle(self, item: n.Rank | n.Grade, placed: standing.Placed) -> None:
        """Places, or a grade after its quotas."""
        x, name = self.x, item.name
        if isinstance(item, n.Rank):
            term, x.sizes[name] = standing.rank(item, self.keys[name], x, placed)
            x.known[name] = term
            self.found.results[name] = replace(term, lacks=FALSE, absent=FALSE, none=term.absent)
            return
        term = standing.unsettled(name, self.found.results[name], x)
        for quota in item.quotas:
            term = standing.quota(quota, name, term, self.values[name], x, placed)
        x.known[name] = self.found.results[name] = term


def _named(work: Callable[..., T], item: n.Definition, *more: object) -> T:
    """Does the work on a definition; of what cannot be taken it says that it is in this one."""
    try:
        return work(item, *more)
    except LeftError as error:
        error.definition = error.definition or item
        raise


def _wide(x: Expressions) -> frozenset[str]:
    before = [x.earlier.all.columns] if x.earlier is not None else []
    tables = [x.facts, *(rows.columns for rows in x.reaches.values()), *before]
    numbers = [term.value for columns in tables for term in columns.values() if isinstance(term.value, Number)]
    wholes = [part for number in numbers for part in (number.top, number.divisor) if part is not None]
    return frozenset(part.text for part in wholes if part.bits > NARROW)


def _kept(term: Term, name: str, layers: Layers) -> Term:
    """As columns, so that it can be written down more than once."""
    flags = {flag: layers.bind_condition(getattr(term, flag), f"{name} {flag}")
             for flag in ("none", "lacks", "absent", "fails")}  # fmt: skip
    match term.value:
        case Number() as number:
            number = tight(number)
            top = layers.bind(number.top, name)
            divisor = layers.bind(number.divisor, f"{name} /") if number.divisor is not None else None
            return Term(replace(number, top=top, divisor=divisor), **flags)
        case Words(text=text, depth=depth) if len(text) > SHORT:
            return Term(Words(*layers.put(name, text, depth)), **flags)
        case Condition() as condition:
            return Term(layers.bind_condition(condition, name), **flags)
    return Term(term.value, **flags)
