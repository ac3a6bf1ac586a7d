"""The value of a core expression for one subject, in exact rationals, with a trace of what it used."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from operator import add, eq, ge, gt, le, lt, mul, ne, sub
from typing import Any

from kpidsl.core import nodes as n
from kpidsl.core.results import Choice, Input, Slope, Steps, Taken, Test
from kpidsl.engines.environment import Environment, FailedError, Trace
from kpidsl.engines.rows import rows_of
from kpidsl.values.calendar import label, shift
from kpidsl.values.kinds import COUNT, TEXT, Kind, Value
from kpidsl.values.numerals import written
from kpidsl.values.rounding import round_to

ARITHMETIC: Mapping[str, Callable[[Any, Any], Fraction]] = {"+": add, "-": sub, "*": mul}
COMPARISON: Mapping[str, Callable[[Any, Any], bool]] = {">=": ge, "<=": le, ">": gt, "<": lt, "=": eq, "!=": ne}


def evaluate(expr: n.Expr, env: Environment, trace: Trace) -> Value:
    """The value; None where an outcome says that it is missing. Raises FailedError, also for a fact that is missing."""
    return _EVALUATE[type(expr)](expr, env, trace)


def present(expr: n.Expr, env: Environment, trace: Trace) -> Value:
    """The value, which an operation needs: missing is a failure."""
    value = evaluate(expr, env, trace)
    if value is None:
        name = getattr(expr, "name", "") or getattr(expr, "table", "") or "…"
        raise FailedError("E001", name, at=expr.place)
    return value


def _number(expr: n.Expr, env: Environment, trace: Trace) -> Fraction:
    value = present(expr, env, trace)
    assert isinstance(value, Fraction)
    return value


def _column(expr: n.Column, env: Environment, trace: Trace) -> Value:
    row = env.event if expr.of_event else env.facts
    assert row is not None
    value = row.get(expr.name)
    if value is None:
        known = env.known.get(expr.name) if expr.of_event else None     # of this very period, so far
        raise (known.failure if known and known.failure else FailedError("E001", expr.name, at=expr.place))
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
        raise known.failure.again(expr.place)
    if expr.name not in trace.inputs and expr.name in env.kinds:
        inner = known.trace
        trace.inputs[expr.name] = Input(expr.name, known.value, env.kinds[expr.name], tuple(inner.inputs.values()),
                                        expr.place, (), known.definition)  # fmt: skip
        trace.choices += inner.choices
        trace.steps += inner.steps
        trace.slopes += inner.slopes
    return known.value


def _arithmetic(expr: n.Arithmetic, env: Environment, trace: Trace) -> Fraction:
    left, right = _number(expr.left, env, trace), _number(expr.right, env, trace)
    if expr.op != "/":
        return ARITHMETIC[expr.op](left, right)
    if right == 0:
        raise FailedError("E002", getattr(expr.right, "name", ""), at=expr.right.place)
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
    if missing:
        _note_missing(inner, env, trace)
    value = None if missing else evaluate(inner, env, Trace())
    trace.tests.append(Test(expr.place, value, _kind(inner, env), missing))
    return missing


def _kind(expr: n.Expr, env: Environment) -> Kind:
    """The kind of a value that has a name; of others the reader sees the text."""
    if isinstance(expr, n.Ref):
        return env.kinds.get(expr.name, TEXT)
    return expr.kind if isinstance(expr, n.Column) else TEXT


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
        del trace.tests[tests:]     # the rows of a block are told as a choice, a cell of a table as what is used
        if chosen and expr.table:
            cell = evaluate(row.outcome, env, trace)
            trace.inputs.setdefault(f"\0{expr.place!r}", Input("", cell, expr.kind or TEXT, (), expr.place))
            return cell
        if chosen:
            place = expr.subject.place if expr.subject is not None else expr.place
            trace.choices.append(Choice(place, tuple(r.place for r in expr.rows), at, subject, expr.kind))
            return evaluate(row.outcome, env, trace)
    value = written(subject, expr.kind, ("", "", "")) if expr.kind is not None and expr.subject is not None else ""
    raise FailedError("E005" if expr.table else "E008" if expr.dated else "E003", expr.table or value, at=expr.place)


def _interpolate(expr: n.Interpolate, env: Environment, trace: Trace) -> Fraction:
    x, low, high, start, stop = (
        _number(part, env, trace) for part in (expr.x, expr.low, expr.high, expr.start, expr.stop)
    )
    if low == high:
        raise FailedError("E002", "", at=expr.place)
    value = start + (x - low) / (high - low) * (stop - start)
    trace.slopes.append(Slope(x, low, high, start, stop, expr.kind, value))
    return value


def _aggregate(expr: n.Aggregate, env: Environment, trace: Trace) -> Fraction:
    taken: list[Taken] = []
    outer = env.event
    for event in rows_of(expr, env):
        env.event, used = {**outer, **event.values} if outer else event.values, Trace()
        try:
            value = _of_event(expr, env, used)
        except FailedError as failure:
            if isinstance(event.number, int):
                failure.event = failure.event or (expr.rows, event.number)
            raise
        finally:
            env.event = outer
        taken.append(Taken(event.number, tuple(used.inputs.values()), value))
        if value is None and expr.function == "streak":
            break
    values = [row.value for row in taken if isinstance(row.value, Fraction)]
    result = _combine(_FUNCTIONS[expr.function], values, expr.rows)
    trace.inputs.setdefault(f"\0{expr.place!r}", Input("", result, expr.kind, (), expr.place, tuple(taken)))
    return result


def _of_event(expr: n.Aggregate, env: Environment, trace: Trace) -> Fraction | None:
    """What the aggregate takes from the row that it is at; None where the row does not pass."""
    if expr.where is not None and not present(expr.where, env, trace):
        return None
    return _number(expr.value, env, trace) if expr.value is not None else Fraction(1)


# A count or a streak is a sum of ones.
_FUNCTIONS = {"count": "sum", "streak": "sum", "sum": "sum", "average": "average", "highest": "highest",
              "lowest": "lowest"}  # fmt: skip


def _combine(function: str, values: Sequence[Fraction], of: str) -> Fraction:
    """The sum, average, highest or lowest; only nothing has a sum, of which `of` is the name."""
    if function == "sum":
        return sum(values, Fraction(0))
    if not values:
        raise FailedError("E004", of)
    if function == "average":
        return sum(values, Fraction(0)) / len(values)
    return max(values) if function == "highest" else min(values)


def _among(expr: n.Among, env: Environment, trace: Trace) -> Fraction | None:
    values = []
    for argument in expr.arguments:
        try:
            value = evaluate(argument, env, trace) if expr.least else present(argument, env, trace)
        except FailedError as failure:
            if failure.code != "E001" or not expr.least:
                raise
            value = None
        if value is None:
            _note_missing(argument, env, trace)
        else:
            assert isinstance(value, Fraction)
            values.append(value)
    if expr.least and len(values) < expr.least:
        return None
    return _combine(expr.function, values, "")


def _note_missing(expr: n.Expr, env: Environment, trace: Trace) -> None:
    """A name without a value is told as such."""
    if isinstance(expr, n.Ref) and expr.name in env.known:
        inner = env.known[expr.name]
        trace.inputs.setdefault(expr.name, Input(expr.name, None, _kind(expr, env), tuple(inner.trace.inputs.values()),
                                                 expr.place, (), inner.definition))  # fmt: skip
    elif isinstance(expr, n.Column):
        trace.inputs.setdefault(expr.name, Input(expr.name, None, expr.kind, place=expr.place))


def _previous(expr: n.Previous, env: Environment, trace: Trace) -> Value:
    """The value in the period before; where there is none the default, and never a hole between periods."""
    assert env.unit is not None
    assert env.period is not None
    wanted = shift(env.unit, env.period, -1)
    earlier = [event for event in env.history if event.day is not None and event.day < env.period]
    lost = [day for day in env.lost.get(env.unit, ()) if day < env.period]
    if lost and (not earlier or wanted in lost):
        raise FailedError("E006", label(env.unit, wanted))
    value: Value = None
    taken: tuple[Taken, ...] = ()
    if not earlier:
        if expr.default is None:
            raise FailedError("E007", label(env.unit, wanted))
        value = present(expr.default, env, trace)
    elif earlier[-1].day != wanted:
        raise FailedError("E006", label(env.unit, wanted))
    else:
        value = earlier[-1].values.get(expr.name)
        taken = (Taken(earlier[-1].number, (), value),)
    if value is None:
        raise FailedError("E001", expr.name)
    trace.inputs.setdefault(f"\0{expr.place!r}", Input("", value, expr.kind, (), expr.place, taken, None, not earlier))
    return value


def _group_size(expr: n.GroupSize, env: Environment, trace: Trace) -> Fraction:
    if expr.rank not in env.sizes:
        raise env.known[expr.rank].failure or FailedError("E001", expr.rank)
    size = Fraction(env.sizes[expr.rank])
    trace.inputs.setdefault(f"\0{expr.place!r}", Input("", size, COUNT, (), expr.place))
    return size


def _literal(expr: n.Literal, _: Environment, __: Trace) -> Value:
    return expr.value


def _logic(expr: n.Logic, env: Environment, trace: Trace) -> bool:
    if expr.op == "not":
        holds = bool(present(expr.arguments[0], env, trace))
        if trace.tests and trace.tests[-1].place == expr.place:     # “is present” is one word for “not … is missing”
            trace.tests[-1] = trace.tests[-1]._replace(holds=not holds)
        return not holds
    each = (bool(present(argument, env, trace)) for argument in expr.arguments)
    return all(each) if expr.op == "and" else any(each)


def _extreme(expr: n.Extreme, env: Environment, trace: Trace) -> Fraction:
    values = [_number(argument, env, trace) for argument in expr.arguments]
    return min(values) if expr.low else max(values)


# One function a node: looked up by its class, which is faster than to ask each class in turn.
_EVALUATE: Mapping[type, Callable[[Any, Environment, Trace], Value]] = {
    n.Literal: _literal, n.Column: _column, n.Ref: _ref, n.Arithmetic: _arithmetic, n.Comparison: _compare,
    n.Logic: _logic, n.IsMissing: _is_missing, n.Extreme: _extreme, n.Round: _round, n.Cases: _cases,
    n.Interpolate: _interpolate, n.Aggregate: _aggregate, n.Among: _among, n.Previous: _previous,
    n.GroupSize: _group_size,
}  # fmt: skip
