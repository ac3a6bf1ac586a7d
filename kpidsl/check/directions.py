"""Whether a rule rises or falls with each fact that it hangs on: proved, or else with two rows that show it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from kpidsl.check.claims import formulas_of
from kpidsl.check.draws import Drawn, Draws, of_row, telling, worked
from kpidsl.check.extremes import scored
from kpidsl.check.hanging import Names, direct, hanging, reach, up_to
from kpidsl.check.ways import Way, Ways
from kpidsl.check.witness import Facts, facts_text
from kpidsl.core import nodes as n
from kpidsl.core.program import Field, Program
from kpidsl.core.ranges import ranges
from kpidsl.values.kinds import Base, Value

BASES, YEARS = 40, 6
"""How many draws a fact is varied in; of the facts of longer periods, how many years."""
Moves = Mapping[Way, tuple[Drawn, Drawn]]
"""Rows between which a score moves, by the way in which it does."""
SECONDS = 30
"""How long the solver is asked altogether, a program."""


@dataclass(frozen=True)
class Pair:
    """Two rows, equal but for one fact, by which a score moves."""

    less: Drawn
    more: Drawn
    values: tuple[Value, Value]
    scores: tuple[Fraction, Fraction]
    facts: Facts | None = None
    """What both have, as far as it matters."""


@dataclass(frozen=True)
class Direction:
    """How a ledger moves with a fact. `way`: as far as it is proved, it moves no other way; `up` and `down`: rows that
    show that it does. `why` there is no more proof, and the seconds that were spent on it.
    """

    fact: Field
    way: Way
    up: Pair | None = None
    down: Pair | None = None
    why: str = ""
    seconds: float = 0
    like: n.Ledger | None = None
    """Another one, of which it takes in the score, that moves so by the same rows, or is not proved either."""

    @property
    def proved(self) -> bool:
        return self.way is not Way.EITHER

    @property
    def both(self) -> bool:
        return self.up is not None and self.down is not None


@dataclass(frozen=True)
class Directions:
    """Of a ledger, for every fact of its level that it hangs on."""

    ledger: n.Ledger
    level: Program
    found: tuple[Direction, ...]


def directions(program: Program, seconds: float = SECONDS) -> Iterator[Directions]:
    """Of the rules, the total and the payouts of every level; the solver has so many `seconds` in all."""
    left = seconds
    for at, level in enumerate(program.levels):
        facts = [item for item in level.facts.fields if _rises(item) and item.name != level.dated]
        search = _Search(program, at, left, facts, {ledger.name for ledger in scored(level)})
        yield from search.run()
        left = search.left


def direction(program: Program, at: int, ledger: str, fact: str, seconds: float = SECONDS) -> Direction:
    """How one ledger of a level moves with one fact; with rows too where it is proved to move one way only."""
    (item,) = (item for item in program.levels[at].facts.fields if item.name == fact)
    search = _Search(program, at, seconds, [item], {ledger})
    (told,) = search.run()
    if not told.found:
        return Direction(item, Way.FLAT)
    return _Looking(search, told.ledger, ()).shown(told.found[0])


class _Search:
    """The search on one level, with some `facts`, for the ledgers that are `shown`. `ways` has for each fact how the
    definitions move that were looked at so far.
    """

    def __init__(self, program: Program, at: int, left: float, facts: Sequence[Field], shown: Collection[str]) -> None:
        self.program, self.at, self.left, self.facts, self.shown = program, at, left, facts, shown
        self.level, self.known = program.levels[at], ranges(program)[at]
        self.hangs = hanging(self.level)
        self.ways = {item.name: Ways(self.level, self.known, self.hangs, item.name) for item in facts}
        self.formulas = formulas_of(self.level, self.known)
        self.unseen = {item.name: _unseen(item, self.level) for item in self.level.definitions}

    def run(self) -> Iterator[Directions]:
        by_name = {item.name: item for item in self.facts}
        told: dict[str, Directions] = {}
        for item in self.level.definitions:
            inner = [told[name] for name in told if name in self.hangs[item.name]]
            looking = _Looking(self, item, inner) if isinstance(item, n.Ledger) and item.name in self.shown else None
            found: list[Direction] = []
            for name, ways in self.ways.items():
                way = ways.definition(item)
                if looking is not None and name in self.hangs[item.name]:
                    found.append(looking.direction(by_name[name], way))
                    way = found[-1].way
                ways.known[item.name] = way
            if looking is not None:
                told[item.name] = Directions(looking.ledger, self.level, tuple(found))
        yield from (told[ledger.name] for ledger in self.level.ledgers if ledger.name in told)

    def blind(self, ledger: str, fact: str) -> bool:
        """Whether what the solver knows by its range only hangs on the fact."""
        names = {ledger, *self.hangs[ledger]}
        return any(fact in reach(self.unseen[name], self.hangs) for name in names if name in self.unseen)

    def among_others(self, ledger: str, fact: str) -> bool:
        """Whether a place or a quota on which the ledger hangs, hangs on the fact."""
        placed = [item for item in self.level.definitions if isinstance(item, n.Rank)
                  or (isinstance(item, n.Grade) and item.quotas)]  # fmt: skip
        return any(item.name in self.hangs[ledger] and fact in self.hangs[item.name] for item in placed)


class _Looking:
    """The search for one ledger; `inner` are those that it hangs on."""

    def __init__(self, search: _Search, ledger: n.Ledger, inner: Sequence[Directions]) -> None:
        self.search, self.ledger, self.inner = search, ledger, inner
        self.program = up_to(search.program, search.at, [ledger.name])
        self.draws = Draws(self.program)
        self.bases = [self.draws.drawn() for _ in range(YEARS if search.at else BASES)]

    def direction(self, fact: Field, way: Way) -> Direction:
        if way is not Way.EITHER:
            return Direction(fact, way)
        if self.search.among_others(self.ledger.name, fact.name):
            return Direction(fact, way, why="PLACES")
        for told in self.inner:
            for found in told.found:
                if found.fact is fact and not found.proved and self._is_alike(fact, found):
                    return replace(found, like=found.like or told.ledger)
        seen = self._varied(fact)
        if len(seen) == 2:
            return self._told(fact, way, seen)
        return self._asked(fact, seen)

    def shown(self, found: Direction) -> Direction:
        """With rows where draws find some, and what matters of them."""
        if found.way is Way.FLAT:
            return found
        seen = found if found.up or found.down else self._told(found.fact, found.way, self._varied(found.fact))
        up, down = (self._less(found.fact, pair) if pair and not pair.facts else pair for pair in (seen.up, seen.down))
        return replace(found, up=up, down=down)

    def _is_alike(self, fact: Field, inner: Direction) -> bool:
        """Whether the rows of another ledger move this one too."""
        pairs = [pair for pair in (inner.up, inner.down) if pair is not None]
        return bool(pairs) and all(_way(self._score(pair.less), self._score(pair.more)) is _way(*pair.scores)
                                   for pair in pairs)  # fmt: skip

    def _asked(self, fact: Field, seen: Moves) -> Direction:
        """What the solver says of the ways in which nothing was seen to move; one that is proved is enough."""
        search, way, why, seconds = self.search, Way.EITHER, "UNCONFIRMED", 0.0
        if search.formulas is None or search.blind(self.ledger.name, fact.name):
            return self._told(fact, way, seen, "NO_SOLVER" if search.formulas is None else "UNCONFIRMED")
        from kpidsl.check.twins import never

        for one in (Way.DOWN, Way.UP):
            if one in seen or way is not Way.EITHER:
                continue
            if search.left <= 0:
                return self._told(fact, way, seen, "NO_TIME", seconds)
            twins = never(search.formulas, self.ledger.name, fact, one is Way.UP)
            search.left, seconds = search.left - twins.seconds, seconds + twins.seconds
            if twins.proved:
                way = Way.EITHER & ~one
            elif twins.rows is not None:
                seen = {**seen, **self._confirmed(twins.rows)}
            else:
                why = "NO_TIME"
        return self._told(fact, way, seen, why if way is Way.EITHER else "", seconds)

    def _confirmed(self, rows: tuple[Mapping[str, Value], Mapping[str, Value]]) -> Moves:
        """How the score moves between the solver's rows, if the exact engine has it move too."""
        if self.search.at:
            return {}
        less, more = (of_row(self.program, row) for row in rows)
        moved = _way(self._score(less), self._score(more))
        return {moved: (less, more)} if moved else {}

    # ---- draws

    def _varied(self, fact: Field) -> Moves:
        """Of each way in which the score was seen to move, two rows; of one draw where one shows both."""
        seen: dict[Way, tuple[Drawn, Drawn]] = {}
        for base in self.bases:
            here: dict[Way, tuple[Drawn, Drawn]] = {}
            before: tuple[Drawn, Fraction] | None = None
            for drawn in self._along(base, fact):
                score = self._score(drawn)
                if score is None:
                    continue
                if before is not None and score != before[1]:
                    here.setdefault(_way(before[1], score), (before[0], drawn))
                before = (drawn, score)
            if len(here) == 2:
                return here
            seen = {**here, **seen}
        return seen

    def _along(self, base: Drawn, fact: Field) -> Iterator[Drawn]:
        """The base with every value of the fact that is worth trying, in order."""
        yield from (base.taking(fact.name, value) for value in self.draws.tried(fact))

    def _score(self, drawn: Drawn) -> Fraction | None:
        account = worked(self.program, drawn)[self.search.at].accounts.get(self.ledger.name)
        return account.balance if account is not None else None

    # ---- what is told

    def _told(self, fact: Field, way: Way, seen: Moves, why: str = "", seconds: float = 0) -> Direction:
        pairs = {one: self._pair(fact, *rows) for one, rows in seen.items()}
        if len(pairs) == 2:
            pairs = {one: self._less(fact, pair) for one, pair in pairs.items()}
        return Direction(fact, way, pairs.get(Way.UP), pairs.get(Way.DOWN), why, seconds)

    def _pair(self, fact: Field, less: Drawn, more: Drawn) -> Pair:
        at, low, high = self.search.at, self._score(less), self._score(more)
        assert low is not None
        assert high is not None
        return Pair(less, more, (less.cases[at].facts[fact.name], more.cases[at].facts[fact.name]), (low, high))

    def _less(self, fact: Field, pair: Pair) -> Pair:
        """With fewer events, and with the facts that matter said."""

        def comes_to_both(drawn: Drawn) -> bool:
            return tuple(self._score(drawn.taking(fact.name, end)) for end in pair.values) == pair.scores

        kept, names = telling(pair.less, comes_to_both, self.draws)
        facts = facts_text(self.program, n.Ref(None, self.ledger.name), kept, self.search.at, {*names, fact.name})
        less, more = (kept.taking(fact.name, end) for end in pair.values)
        return Pair(less, more, pair.values, pair.scores, facts)


def _way(low: Fraction | None, high: Fraction | None) -> Way:
    if low is None or high is None or low == high:
        return Way.FLAT
    return Way.UP if high > low else Way.DOWN


def _rises(item: Field) -> bool:
    """Whether its values have an order in which it can rise."""
    return item.scored and (item.kind.numeric or item.kind.base is Base.YES_NO or item.kind.base is Base.DATE)


def _unseen(item: n.Definition, level: Program) -> Names:
    """What hides in a definition from the solver: names in that of which it knows the range only."""
    if isinstance(item, n.Rank) or (isinstance(item, n.Grade) and item.quotas):
        return direct(item, level)
    if isinstance(item, n.Ledger) and any(line.verb == "spread" for line in item.lines):
        return direct(item, level)
    hidden = tuple(each for each in n.walk(item) if isinstance(each, n.Aggregate | n.Among | n.Previous | n.GroupSize))
    return direct(hidden, level)
