"""The value of a core expression for one subject, in exact rationals, with a trace of what it used."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from operator import add, eq, ge, gt, le, lt, mul, ne, sub
from typing import Any

from kpidsl.core import nodes as n
from kpidsl.core.results import Choice, Event, Input, Row, Slope, Steps, Taken, Test
from kpidsl.values.kinds import Kind, Value
from kpidsl.values.numerals import written
from kpidsl.values.rounding import round_to

ARITHMETIC: Mapping[str, Callable[[Any, Any], Fraction]] = {"+": add, "-": sub, "*": mul}
COMPARISON: Mapping[str, Callable[[Any, Any], bool]] = {">=": ge, "<=": le, ">": gt, "<": lt, "=": eq, "!=": ne}


class FailedError(Exception):
    """A value that cannot be worked out: `code` says why, `name` what it hangs on.

    On its way out it learns the line of the policy that wanted the value, and the row of events that it was at.
    """

    def __init__(self, code: str, name: str) -> None:
        self.code, self.name = code, name
        self.line: n.Place = None
        self.event: tuple[str, int] | None = None
        super().__init__(code, name)


@dataclass
class Trace:
    """What an entry used, in the order of use, each once."""

    inputs: dict[str, Input] = field(default_factory=dict)
    choices: list[Choice] = field(default_factory=list)
    steps: list[Steps] = field(default_factory=list)
    slopes: list[Slope] = field(default_factory=list)
    tests: list[Test] = field(default_factory=list)


@dataclass
class Known:
    """A value worked out before, with the trace of how; or the failure that it ends in."""

    value: Value
    trace: Trace
    failure: FailedError | None = None


@dataclass
class Environment:
    """One subject: its facts, its events, and what was worked out so far. `event` is the row an aggregate is at."""

    facts: Row
    events: Mapping[str, list[Event]]
    kinds: Mapping[str, Kind]
    known: dict[str, Known] = field(default_factory=dict)
    event: Row | None = None


def evaluate(expr: n.Expr, env: Environment, trace: Trace) -> Value:
    """The value; None where an outcome says that it is missing. Raises FailedError, also for a fact that is missing."""
    return _EVALUATE[type(expr)](expr, env, trace)


def present(expr: n.Expr, env: Environment, trace: Trace) -> Value:
    """The value, which an operation needs: missing is a failure."""
    value = evaluate(expr, env, trace)
    if value is None:
        raise FailedError("E001", getattr(expr, "name", ""))
    return value


def _number(expr: n.Expr, env: Environment, trace: Trace) -> Fraction:
    value = present(expr, env, trace)
    assert isinstance(value, Fraction)
    return value


def _column(expr: n.Column, env: Environment, trace: Trace) -> Value:
    row = env.event if expr.of_event else env.facts
    assert row is not None
    value = row[expr.name]
    if value is None:
        raise FailedError("E001", expr.name)
    trace.inputs.setdefault(expr.name, Input(expr.name, value, expr.kind, place=expr.place))
    return value


def _compare(expr: n.Comparison, env: Environment, trace: Trace) -> bool:
    left, right = present(expr.left, env, trace), present(expr.right, env, trace)
    holds = COMPARISON[expr.op](left, right)
    trace.tests.append(Test(expr.place, left, expr.kind, holds))
    return holds


def _ref(expr: n.Ref, env: Environment, trace: Trace) -> Value:
    known = env.known[expr.name]
    if known.failure is not None:
        raise known.failure
    if expr.name not in trace.inputs and expr.name in env.kinds:
        inner = known.trace
        trace.inputs[expr.name] = Input(expr.name, known.value, env.kinds[expr.name], tuple(inner.inputs.values()),
                                        expr.place)  # fmt: skip
        trace.choices += inner.choices
        trace.steps += inner.steps
        trace.slopes += inner.slopes
    return known.value


def _arithmetic(expr: n.Arithmetic, env: Environment, trace: Trace) -> Fraction:
    left, right = _number(expr.left, env, trace), _number(expr.right, env, trace)
    if expr.op != "/":
        return ARITHMETIC[expr.op](left, right)
    if right == 0:
        raise FailedError("E002", getattr(expr.right, "name", ""))
    if expr.counts:
        trace.steps.append(Steps(expr.place, left / right, left / right))
    return left / right


def _is_missing(expr: n.IsMissing, env: Environment, trace: Trace) -> bool:
    inner = expr.value
    try:
        missing = evaluate(inner, env, trace) is None
    except FailedError as failure:
        if failure.code != "E001":
            raise
        missing = True
    if missing and isinstance(inner, n.Column):
        trace.inputs.setdefault(inner.name, Input(inner.name, None, inner.kind, place=inner.place))
    return missing


def _round(expr: n.Round, env: Environment, trace: Trace) -> Fraction:
    value = _number(expr.value, env, trace)
    rounded = round_to(value, expr.step, expr.mode)
    if expr.counts:
        trace.steps.append(Steps(expr.place, value, rounded))
    return rounded


def _cases(expr: n.Cases, env: Environment, trace: Trace) -> Value:
    subject = present(expr.subject, env, trace) if expr.subject is not None else None
    for at, row in enumerate(expr.rows):
        tests = len(trace.tests)
        chosen = present(row.test, env, trace)
        del trace.tests[tests:]     # the rows of a block are told as a choice
        if chosen:
            places = tuple(r.place for r in expr.rows)
            trace.choices.append(Choice(expr.place, places, at, subject, expr.kind, expr.table))
            return evaluate(row.outcome, env, trace)
    value = written(subject, expr.kind, ("", "", "")) if expr.kind is not None else ""
    raise FailedError("E005" if expr.table else "E003", expr.table or value)


def _interpolate(expr: n.Interpolate, env: Environment, trace: Trace) -> Fraction:
    x, low, high, start, stop = (
        _number(part, env, trace) for part in (expr.x, expr.low, expr.high, expr.start, expr.stop)
    )
    if low == high:
        raise FailedError("E002", "")
    value = start + (x - low) / (high - low) * (stop - start)
    trace.slopes.append(Slope(x, low, high, start, stop, expr.kind, value))
    return value


def _aggregate(expr: n.Aggregate, env: Environment, trace: Trace) -> Fraction:
    rows: list[Taken] = []
    before = env.event
    for number, values in env.events.get(expr.events, ()):
        env.event, used = values, Trace()
        try:
            value = _of_event(expr, env, used)
        except FailedError as failure:
            failure.event = failure.event or (expr.events, number)
            raise
        rows.append(Taken(number, tuple(used.inputs.values()), value))
    env.event = before
    result = _combine(expr, [row.value for row in rows if row.value is not None])
    trace.inputs.setdefault(f"\0{expr.place!r}", Input("", result, expr.kind, (), expr.place, tuple(rows)))
    return result


def _of_event(expr: n.Aggregate, env: Environment, trace: Trace) -> Fraction | None:
    """What the aggregate takes from the row that it is at; None where the row does not pass."""
    if expr.where is not None and not present(expr.where, env, trace):
        return None
    return _number(expr.value, env, trace) if expr.value is not None else Fraction(1)


def _combine(expr: n.Aggregate, values: list[Fraction]) -> Fraction:
    if expr.function in ("count", "sum"):
        return sum(values, Fraction(0))
    if not values:
        raise FailedError("E004", expr.events)
    if expr.function == "average":
        return sum(values, Fraction(0)) / len(values)
    return max(values) if expr.function == "highest" else min(values)


def _literal(expr: n.Literal, _: Environment, __: Trace) -> Value:
    return expr.value


def _logic(expr: n.Logic, env: Environment, trace: Trace) -> bool:
    if expr.op == "not":
        return not present(expr.arguments[0], env, trace)
    holds = (bool(present(argument, env, trace)) for argument in expr.arguments)
    return all(holds) if expr.op == "and" else any(holds)


def _extreme(expr: n.Extreme, env: Environment, trace: Trace) -> Fraction:
    values = [_number(argument, env, trace) for argument in expr.arguments]
    return min(values) if expr.low else max(values)


# One function a node: looked up by its class, which is faster than to ask each class in turn.
_EVALUATE: Mapping[type, Callable[[Any, Environment, Trace], Value]] = {
    n.Literal: _literal, n.Column: _column, n.Ref: _ref, n.Arithmetic: _arithmetic, n.Comparison: _compare,
    n.Logic: _logic, n.IsMissing: _is_missing, n.Extreme: _extreme, n.Round: _round, n.Cases: _cases,
    n.Interpolate: _interpolate, n.Aggregate: _aggregate,
}  # fmt: skip
