"""The exact engine: plain, slow, obviously right. Every other engine must agree with it to the last digit."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from kpidsl.core import nodes as n
from kpidsl.core.results import Account, Case, Entry, GradeResult, Outcome, RankResult, Score, Test, Unscored
from kpidsl.engines.evaluate import Environment, FailedError, Known, Trace, evaluate, present
from kpidsl.engines.standing import ranked, standing
from kpidsl.values.kinds import Value

ZERO = Fraction(0)


class Worked(NamedTuple):
    """`values` are those of lets and parameters, and the balances of ledgers, by name."""

    accounts: dict[str, Account]
    results: dict[str, GradeResult | RankResult]
    values: dict[str, Value]
    failures: list[Unscored]


def run(program: n.Program, cases: Iterable[Case], keep: Callable[[Score], Score] = lambda score: score) -> Outcome:
    """Scores every case, or says why not; as many results as cases. `keep` makes of a score what is kept of it."""
    scores: list[Score] = []
    unscored: list[Unscored] = []
    for case in cases:
        result = score(program, case)
        if isinstance(result, Score):
            scores.append(keep(result))
        else:
            unscored += result
    return Outcome(tuple(ranked(program, scores)), tuple(unscored))


def score(program: n.Program, case: Case) -> Score | list[Unscored]:
    """The score of a case, all of it or none."""
    accounts, results, _, failures = work(program, case)
    if failures:
        return failures
    subject = str(case.facts[program.subject])
    return Score(case.number, subject, tuple(str(case.facts[g]) for g in program.within), accounts, results)


def work(program: n.Program, case: Case) -> Worked:
    """Whatever can be worked out of a case, and why the rest cannot."""
    env = Environment(case.facts, case.events, program.kinds)
    accounts: dict[str, Account] = {}
    failures: dict[tuple[object, ...], Unscored] = {}
    subject = str(case.facts[program.subject])
    for definition in program.definitions:
        try:
            if isinstance(definition, n.Named):
                _name(definition, env)
            else:
                accounts[definition.name] = _account(definition, env, accounts)
        except FailedError as failure:
            env.known[definition.name] = Known(None, Trace(), failure)
            failure.line = failure.line or definition.place
            if isinstance(definition, n.Ledger):
                key = (failure.code, failure.name, failure.line, failure.event)
                failures.setdefault(key, Unscored(case.number, subject, failure.code, definition.label, failure.name,
                                                  failure.line, failure.event))  # fmt: skip
    results: dict[str, GradeResult | RankResult] = {}
    for result in program.results:
        try:
            results[result.name] = standing(result, env)
        except FailedError as failure:
            key = (failure.code, failure.name, failure.line or result.place, failure.event)
            failures.setdefault(key, Unscored(case.number, subject, failure.code, result.label, failure.name,
                                              failure.line or result.place, failure.event))  # fmt: skip
    values = {name: known.value for name, known in env.known.items() if known.failure is None}
    return Worked(accounts, results, values, list(failures.values()))


def _name(definition: n.Named, env: Environment) -> None:
    trace = Trace()
    value = evaluate(definition.expr, env, trace)
    env.known[definition.name] = Known(value, trace)


def _account(ledger: n.Ledger, env: Environment, accounts: Mapping[str, Account]) -> Account:
    exempt = Trace()
    if ledger.unfilled:
        return _closed(ledger, env, (), None, "open", exempt)
    for condition in ledger.exempt:
        try:
            exempted = present(condition, env, exempt)
        except FailedError as failure:
            failure.line = failure.line or condition.place
            raise
        if exempted:
            return _closed(ledger, env, (), None, "exempt", exempt)
    entries: list[Entry] = []
    balance = ZERO
    for line in ledger.lines:
        env.known[ledger.name] = Known(balance, Trace())
        try:
            entry = _entry(line, balance, env, accounts)
        except FailedError as failure:
            failure.line = failure.line or line.place
            raise
        entries.append(entry)
        if entry.balance is None:
            return _closed(ledger, env, tuple(entries), None, "missing", exempt)
        balance = entry.balance
    carried = [entry for entry in entries if entry.verb == "carry"]
    if carried and not any(e.verb != "round" and not e.reason for e in entries):
        return _closed(ledger, env, tuple(entries), None, "empty", exempt)
    return _closed(ledger, env, tuple(entries), balance, "", exempt)


def _closed(ledger: n.Ledger, env: Environment, entries: tuple[Entry, ...], balance: Fraction | None, reason: str,
            exempt: Trace) -> Account:
    unscored = FailedError("E001", ledger.label) if balance is None else None
    env.known[ledger.name] = Known(balance, Trace(), unscored)
    return Account(ledger.name, ledger.label, ledger.role, ledger.clause, ledger.source, ledger.place, ledger.worth,
                   entries, balance, reason, tuple(exempt.inputs.values()), tuple(exempt.tests))  # fmt: skip


def _entry(line: n.Line, balance: Fraction, env: Environment, accounts: Mapping[str, Account]) -> Entry:
    trace = Trace()
    if line.verb == "carry":
        assert isinstance(line.amount, n.Ref)
        return _carried(line, line.amount, balance, env, accounts)
    if line.when is not None and not present(line.when, env, trace):
        return _posted(line, "when", None, balance, balance, trace, tests=trace.tests)
    tests, trace.tests = trace.tests, []
    operand = evaluate(line.amount, env, trace)
    if line.verb == "round":
        trace = Trace()     # it used the balance, which every entry shows
    if operand is None:
        return _posted(line, "missing", None, balance, None, trace)
    after = _apply(line.verb, operand, balance)
    reason = "within" if after == balance and line.verb in ("at most", "at least") else ""
    return _posted(line, reason, operand, balance, after, trace, tests=tests)


def _carried(line: n.Line, ref: n.Ref, balance: Fraction, env: Environment, accounts: Mapping[str, Account]) -> Entry:
    failure = env.known[ref.name].failure
    if ref.name not in accounts and failure is not None:
        raise failure
    inner = accounts[ref.name].balance
    after = balance if inner is None else balance + inner
    reason = accounts[ref.name].reason if inner is None else ""
    return _posted(line, reason, inner, balance, after, Trace(), ledger=ref.name)


def _posted(line: n.Line, reason: str, operand: Value, before: Fraction, after: Fraction | None, trace: Trace, *,
            tests: Sequence[Test] = (), ledger: str = "") -> Entry:
    assert operand is None or isinstance(operand, Fraction)
    amount = ZERO if reason or after is None else after - before
    return Entry(line.clause, line.verb, line.place, reason, operand, amount, after, tuple(trace.inputs.values()),
                 tuple(trace.choices), tuple(trace.steps), tuple(trace.slopes), tuple(tests), ledger)  # fmt: skip


def _apply(verb: str, operand: Value, balance: Fraction) -> Fraction:
    """The balance after a line of `verb`; what it moved is the difference."""
    assert isinstance(operand, Fraction)
    match verb:
        case "add":
            return balance + operand
        case "deduct":
            return balance - operand
        case "multiply":
            return balance * operand
        case "at most":
            return min(balance, operand)
        case "at least":
            return max(balance, operand)
    return operand     # start, override and round say what the balance is
