"""The account of one ledger: every line posts an entry, or says why it did not fire."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from kpidsl.core import nodes as n
from kpidsl.core.results import Account, Entry, Test
from kpidsl.engines.environment import Environment, FailedError, Known, Trace
from kpidsl.engines.evaluate import evaluate, present
from kpidsl.values.kinds import Value

ZERO = Fraction(0)


def account(ledger: n.Ledger, env: Environment, accounts: Mapping[str, Account]) -> Account:
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
            entry = _spread(line, ledger, entries, accounts) if line.verb == "spread" else \
                _entry(line, balance, env, accounts)
        except FailedError as failure:
            failure.line = failure.line or line.place
            raise
        entries.append(entry)
        if entry.balance is None:
            return _closed(ledger, env, tuple(entries), None, "missing", exempt)
        balance = entry.balance
    carried = [entry for entry in entries if entry.verb == "carry"]
    if carried and not any(e.verb not in ("round", "spread") and not e.reason for e in entries):
        return _closed(ledger, env, tuple(entries), None, "empty", exempt)
    return _closed(ledger, env, tuple(entries), balance, "", exempt)


def _closed(ledger: n.Ledger, env: Environment, entries: tuple[Entry, ...], balance: Fraction | None, reason: str,
            exempt: Trace) -> Account:
    unscored = FailedError("E001", ledger.label, absent=True) if balance is None else None
    env.known[ledger.name] = Known(balance, Trace(), unscored)
    return Account(ledger.name, ledger.label, ledger.role, ledger.clause, ledger.source, ledger.place, ledger.worth,
                   entries, balance, reason, tuple(exempt.inputs.values()), tuple(exempt.tests),
                   ledger.kind)  # fmt: skip


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


def _spread(line: n.Line, ledger: n.Ledger, entries: Sequence[Entry], accounts: Mapping[str, Account]) -> Entry:
    """The balance of those that have a score, held against what they are worth, times what all are worth."""
    taken = [accounts[entry.ledger] for entry in entries if entry.verb == "carry" and not entry.reason]
    worth = sum((inner.worth for inner in taken if inner.worth is not None), ZERO)
    balance = entries[-1].balance or ZERO
    assert isinstance(line.amount, n.Literal)
    assert isinstance(line.amount.value, Fraction)
    assert ledger.worth is not None
    if len(taken) < line.amount.value or not worth:
        return _posted(line, "few", line.amount.value, balance, None, Trace())
    factor = ledger.worth / worth
    return _posted(line, "within" if factor == 1 else "", factor, balance, balance * factor, Trace())


def _carried(line: n.Line, ref: n.Ref, balance: Fraction, env: Environment, accounts: Mapping[str, Account]) -> Entry:
    failure = env.known[ref.name].failure
    if ref.name not in accounts and failure is not None:
        raise failure.again(line.place)
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
