"""Grades with their quotas, and ranks."""

from generated.amounts import amount, condition
from generated.blocks import parts
from generated.given import table
from generated.scope import NUMERIC, Scope

GRADES = tuple("ABCDEFGHI")


def standing(scope: Scope) -> list[str]:
    return _grade(scope) if scope.chance(50) else _rank(scope)


def _by(scope: Scope) -> tuple[str, str]:
    """What a grade or a place goes by, and its kind."""
    ledgers = [name for name in scope.names.get("points", []) if name.startswith(("rule_", "total"))]
    if ledgers and scope.chance(60):
        return scope.pick(ledgers), "points"
    kinds = [kind for kind in NUMERIC if scope.known(kind)]
    kind = scope.pick(kinds)
    return (scope.pick(scope.known(kind)) if scope.chance(70) else amount(scope, kind, 1)), kind


def _within(scope: Scope) -> str:
    groups = scope.some(scope.groups, 1, 2) if scope.groups and scope.chance(60) else []
    return f" within {', '.join(groups)}" if groups else ""


def _order(scope: Scope) -> str:
    return scope.pick(("highest first", "lowest first"))


def _grade(scope: Scope) -> list[str]:
    name = scope.fresh("grade_")
    value, kind = _by(scope)
    rows = parts(scope, kind)
    grades = GRADES[: len(rows)]
    lines = ["", f"grade {name} by {value}", *(f"  {row} : {grade}" for row, grade in zip(rows, grades, strict=True))]
    for _ in range(scope.pick((0, 0, 1, 2))):
        lines.append(f"  override {scope.pick(grades)} when {condition(scope)}")
    for grade in scope.some(grades[:-1], 0, 2):
        limit = f"{scope.pick((0, 1, 2, 3))}" if scope.chance(50) else f"{scope.pick((0, 20, 33.3, 50, 70, 100))}%"
        ties = scope.pick(("ties stay", "ties drop"))
        lines.append(f"  quota {grade} {limit}{_within(scope)} {_order(scope)} {ties}")
    if scope.chance(15):
        lines.append('  source "Clause of grades"')
    scope.declare("one of", name)
    scope.options[name] = grades
    scope.asked.append(name)
    if not scope.results and scope.chance(40):     # tables belong to the whole policy
        kind = scope.pick(("points", "money", "percent"))
        lines = table(scope, scope.fresh("bonus"), kind, (grades,)) + lines
    return lines


def _rank(scope: Scope) -> list[str]:
    name = scope.fresh("place")
    value, _ = _by(scope)
    ties = scope.pick(("ties share", "ties dense", f"ties by {', '.join(_by(scope)[0] for _ in range(2))}"))
    lines = ["", f"rank {name} by {value}{_within(scope)} {_order(scope)} {ties}"]
    scope.declare("count", name)
    scope.ranks.append(name)
    scope.asked.append(name)
    return lines
