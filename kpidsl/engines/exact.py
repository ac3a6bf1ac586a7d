"""The exact engine: plain, slow, obviously right. Every other engine must agree with it to the last digit."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kpidsl.core import nodes as n
from kpidsl.core.program import Program
from kpidsl.core.results import Account, Case, Event, GradeResult, Outcome, RankResult, Score, Unscored
from kpidsl.core.stages import Stage, stages
from kpidsl.engines.account import account
from kpidsl.engines.environment import Environment, FailedError, Known, Trace
from kpidsl.engines.evaluate import evaluate
from kpidsl.engines.settled import Settled, know
from kpidsl.engines.standing import grade, settle, waiting
from kpidsl.values.kinds import Base
from kpidsl.values.node import Node, node

Failures = dict[tuple[object, ...], Unscored]
Keep = Callable[[Score], Score]
Results = Mapping[str, Sequence[Event]]
"""The results of periods by subject."""
Placed = Callable[[n.Rank | n.Grade, Base | None, Case], Settled]
"""What was settled among all of one case of the level of a unit: a place, or a grade after its quotas."""
Lost = Collection[tuple[str, date]]
"""Subjects with periods that have no results though they should."""


UNPLACED = FailedError("E001", "")
"""Places and quotas are not taken by those who could not be scored, and what hangs on them is not told again."""


@dataclass
class Worked:
    """One subject in one period: what could be worked out, and why the rest could not."""

    case: Case
    subject: str
    env: Environment
    accounts: dict[str, Account] = field(default_factory=dict)
    results: dict[str, GradeResult | RankResult] = field(default_factory=dict)
    failures: Failures = field(default_factory=dict)

    def work_out(self, definition: n.Definition) -> None:
        """One more definition, all that it needs having been worked out before."""
        try:
            match definition:
                case n.Named(expr=expr, name=name):
                    trace = Trace()
                    value = evaluate(expr, self.env, trace)
                    worked = not isinstance(expr, n.Literal | n.Cases)
                    self.env.known[name] = Known(value, trace, None, expr.place if worked else None)
                case n.Ledger(name=name):
                    self.accounts[name] = account(definition, self.env, self.accounts)
                case n.Grade(name=name):
                    self.results[name] = grade(definition, self.env)
                case n.Rank(name=name):
                    self.results[name] = waiting(definition, self.env)
        except FailedError as failure:
            self.env.known[definition.name] = Known(None, Trace(), failure)
            failure.line = failure.line or definition.place
            if not isinstance(definition, n.Named) and failure is not UNPLACED:
                self._note(definition, failure)

    def _note(self, definition: n.Ledger | n.Grade | n.Rank, failure: FailedError) -> None:
        line = failure.line if failure.code != "E006" else None     # what lacks is told once, not for every line
        key = (failure.code, failure.name, line, failure.event)
        self.failures.setdefault(key, Unscored(self.case.number, self.subject, failure.code, definition.label,
                                               failure.name, failure.line, failure.event, self.env.period))  # fmt: skip


def run(program: Program, levels: Sequence[Iterable[Case]], keep: Keep = lambda score: score,
        lost: Sequence[Lost] = ()) -> list[Outcome]:
    """Scores every case of every level, or says why not; as many results as cases. `levels` as those of the program.

    `keep` makes of a score what is kept of its accounts; `lost` are periods of each level that come in no case.
    """
    return _outcomes(_levels(program, levels, _Run(keep), lost))


def run_alone(program: Program, levels: Sequence[Iterable[Case]], placed: Placed,
              lost: Sequence[Lost] = ()) -> list[Outcome]:  # fmt: skip
    """As `run`, of the cases of some subjects alone; what is settled among all is `placed`."""
    return _outcomes(_levels(program, levels, _Alone(lambda score: score, placed), lost))


def _outcomes(levels: Iterable[tuple[Program, list[Worked]]]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for level, finished in levels:
        scores = [_score(level, worked) for worked in finished if not worked.failures]
        unscored = [failure for worked in finished for failure in worked.failures.values()]
        outcomes.append(Outcome(tuple(sorted(scores, key=lambda score: score.row)), tuple(unscored)))
    return outcomes


def work(program: Program, levels: Sequence[Iterable[Case]]) -> list[list[Worked]]:
    """Whatever can be worked out of every case of every level, be the rest of it missing."""
    return [finished for _, finished in _levels(program, levels, _Trial(), ())]


class _Trial:
    """What is not scored wholly counts as well, as examples give only what they are about."""

    def admits(self, _: Worked) -> bool:
        return True

    def finish(self, _: Program, __: Worked) -> None:
        pass

    def settle(self, definition: n.Rank | n.Grade, having: Sequence[Worked]) -> list[Any]:
        """Places, or grades after their quotas, of all that take part in them."""
        return settle(definition, [(worked.results[definition.name], worked.env) for worked in having])


@dataclass
class _Run(_Trial):
    """Only what is scored wholly counts for others: for places, quotas and longer periods."""

    keep: Keep

    def admits(self, worked: Worked) -> bool:
        return not worked.failures

    def finish(self, program: Program, worked: Worked) -> None:
        """Lets go of what nobody asks for any more; of many subjects it would fill the memory."""
        if not worked.failures:
            worked.accounts = dict(self.keep(_score(program, worked)).accounts)
        worked.env.forget()


@dataclass
class _Alone(_Run):
    """Without the others; places and quotas are as they came out among all."""

    placed: Placed

    def settle(self, definition: n.Rank | n.Grade, having: Sequence[Worked]) -> list[Any]:
        found: list[Any] = []
        for worked in having:
            result: Any = worked.results[definition.name]
            own = self.placed(definition, worked.env.unit, worked.case)
            if isinstance(definition, n.Rank):
                result = result._replace(rank=own.value, size=own.size, ties=own.ties)
            else:
                result = result._replace(grade=own.value or "")
            know(definition, own, worked.env)
            found.append(result)
        return found


def _score(program: Program, worked: Worked) -> Score:
    facts = worked.case.facts
    groups = tuple(str(facts[group]) for group in program.within)
    return Score(worked.case.number, worked.subject, groups, worked.accounts, worked.results, worked.env.period)


def _levels(program: Program, levels: Sequence[Iterable[Case]], way: _Trial,
            lost: Sequence[Lost]) -> Iterator[tuple[Program, list[Worked]]]:
    """The levels from the shortest period up, each with the results of those below."""
    below: dict[str, Results] = {}
    missed: dict[str, dict[str, set[date]]] = {}
    for at, (level, cases) in enumerate(zip(program.levels, levels, strict=True)):
        results: dict[str, list[Event]] = {}
        own: dict[str, set[date]] = missed.setdefault(level.unit or "", {})
        for subject, day in lost[at] if lost else ():
            own.setdefault(subject, set()).add(day)
        plan = stages(level)
        finished: list[Worked] = []
        for period, group in _by_period(level, cases):
            beginnings = _Beginnings(level, group, period, below, results, missed)
            everyone = _period(level, plan, beginnings, way, {})
            for worked in everyone if period else ():
                if way.admits(worked):
                    results.setdefault(worked.subject, []).append(worked.env.so_far())
                elif period is not None:
                    own.setdefault(worked.subject, set()).add(period)
            finished += everyone
        yield level, finished
        if level.unit is not None:
            below = {**below, level.unit: results}


@node
class _Beginnings(Node):
    """Everybody at the beginning of a period; it can be begun again."""

    program: Program
    cases: Iterable[Case]
    period: date | None
    below: Mapping[str, Results]
    results: Results
    missed: Mapping[str, Mapping[str, set[date]]]

    def __iter__(self) -> Iterator[Worked]:
        for case in self.cases:
            subject = str(case.facts[self.program.subject])
            events = {**case.events, **{unit: found.get(subject, ()) for unit, found in self.below.items()}}
            lost = {unit: found[subject] for unit, found in self.missed.items() if subject in found}
            history = self.results.get(subject, ())
            env = Environment(case.facts, events, self.program.kinds, self.program.unit, self.period, history, lost)
            yield Worked(case, subject, env)


def _period(program: Program, plan: Sequence[Stage], beginnings: Iterable[Worked], way: _Trial,
            failed: Mapping[int, Failures]) -> list[Worked]:
    """Everybody in one period, stage by stage; places and quotas between the stages, without those who `failed`.

    Where somebody fails only after places were taken, everything is worked out once more: a place is among scores.
    """
    everyone: list[Worked] = []
    early: set[int] = set()
    for stage in plan:
        for worked in beginnings if stage is plan[0] else everyone:
            if stage is plan[0]:
                worked.failures.update(failed.get(len(everyone), {}))
                everyone.append(worked)
            for definition in stage.definitions:
                worked.work_out(definition)
            if stage is plan[-1]:
                way.finish(program, worked)
        admitted = [worked for worked in everyone if way.admits(worked)]
        if stage is plan[0]:
            early = {at for at, worked in enumerate(everyone) if not way.admits(worked)}
        for definition in stage.shared:
            having = [worked for worked in admitted if definition.name in worked.results]
            for worked, result in zip(having, way.settle(definition, having), strict=True):
                worked.results[definition.name] = result
            for worked in everyone:
                if not way.admits(worked):
                    worked.env.known[definition.name] = Known(None, Trace(), UNPLACED)
    now = {at: worked.failures for at, worked in enumerate(everyone) if not way.admits(worked)}
    if len(plan) > 1 and now.keys() - early:
        return _period(program, plan, beginnings, way, now)
    return everyone


def _by_period(program: Program, cases: Iterable[Case]) -> Iterable[tuple[date | None, Iterable[Case]]]:
    """The cases of each period, in order; all of them at once where there are no periods."""
    if not program.dated:
        return [(None, cases)]
    groups: dict[date, list[Case]] = {}
    for case in cases:
        period = case.facts[program.dated]
        assert isinstance(period, date)
        groups.setdefault(period, []).append(case)
    return sorted(groups.items())
