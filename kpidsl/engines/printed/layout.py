"""SQL laid out to be read: a column a line, with a comment before it; what is too long for a line goes on several."""

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

WIDTH = 100
STEP = "  "
SIGNS = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.And: "AND", exp.Or: "OR", exp.DPipe: "||"}


SUMS = (exp.Add, exp.Sub)
WHOLES = (exp.Alias, exp.If, exp.Case, exp.Paren, exp.Cast, exp.Coalesce, exp.Greatest, exp.Least)
COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)


def bare(query: exp.Select) -> exp.Select:
    """Without parentheses that nobody needs; the query is changed."""
    for node in reversed(list(query.find_all(exp.Paren))):
        if _needless(node, node.parent, node.this):
            node.replace(node.this)
    return query


def _needless(paren: Any, around: Any, inner: Any) -> bool:
    """Whether the parentheses stand around a whole, or what binds tighter than what is around them."""
    if isinstance(around, WHOLES):
        return True
    first = around.this is paren
    match inner:
        case exp.Add() | exp.Sub():
            return isinstance(around, COMPARISONS) or (first and isinstance(around, SUMS))
        case exp.Mul():
            return isinstance(around, (*COMPARISONS, *SUMS)) or (first and isinstance(around, exp.Mul))
        case exp.IntDiv() | exp.Mod():
            return isinstance(around, COMPARISONS)
    return isinstance(inner, COMPARISONS) and isinstance(around, exp.Connector | exp.Where)


def laid(expr: Any, dialect: str, margin: str) -> str:
    """On one line, where there is room; further lines begin with the margin."""
    line: str = expr.sql(dialect=dialect)
    if len(line) + len(margin) <= WIDTH:
        return line
    inner = margin + STEP
    match expr:
        case exp.Alias():
            return f"{laid(expr.this, dialect, margin)} AS {expr.args['alias'].sql(dialect=dialect)}"
        case exp.Paren():
            return f"({laid(expr.this, dialect, margin + ' ')})"
        case exp.Case() if expr.this is None:
            cases = [_case(case, dialect, inner) for case in expr.args["ifs"]]
            last = expr.args.get("default")
            cases += [f"ELSE {laid(last, dialect, inner)}"] if last is not None else []
            return f"CASE\n{inner}" + f"\n{inner}".join(cases) + f"\n{margin}END"
        case exp.Cast():
            return f"CAST({laid(expr.this, dialect, inner)} AS {expr.to.sql(dialect=dialect)})"
        case exp.Coalesce() | exp.Greatest() | exp.Least():
            return _listed(line, [expr.this, *expr.expressions], dialect, margin)
        case exp.IntDiv() if "//" not in line and line.upper().startswith("DIV("):
            return _listed(line, [expr.this, expr.expression], dialect, margin)
    if type(expr) in SIGNS:
        left, right = laid(expr.this, dialect, margin), laid(expr.expression, dialect, margin)
        return f"{left}\n{margin}{SIGNS[type(expr)]} {right}"
    return line


def _case(case: Any, dialect: str, margin: str) -> str:
    inner = margin + STEP
    test, outcome = laid(case.this, dialect, inner), laid(case.args["true"], dialect, inner)
    return f"WHEN {test} THEN {outcome}"


def _listed(line: str, arguments: Sequence[Any], dialect: str, margin: str) -> str:
    inner = margin + STEP
    lines = f",\n{inner}".join(laid(argument, dialect, inner) for argument in arguments)
    return f"{line.partition('(')[0]}(\n{inner}{lines}\n{margin})"


def selection(query: exp.Select, comments: Sequence[str], dialect: str, margin: str) -> str:
    """A query, with a comment, or none, for each of its columns."""
    inner, lines, last, shared = margin + STEP, list[str](), len(comments) - 1, False
    for at, (item, comment) in enumerate(zip(query.expressions, comments, strict=True)):
        text = laid(item, dialect, inner) + ("," if at < last else "")
        short = isinstance(item, exp.Column) and not comment
        if short and shared and len(lines[-1]) + len(text) < WIDTH:
            lines[-1] += f" {text}"
        else:
            lines += [*(f"{inner}-- {said}" for said in comment.splitlines()), f"{inner}{text}"]
        shared = short
    rest = query.copy()
    rest.set("expressions", [exp.Star()])
    tail = rest.sql(dialect=dialect, pretty=True).split("\n")[2:]
    return "\n".join([f"{margin}SELECT", *lines, *(margin + line for line in tail)])
