"""Blocks of a policy: bands, points of a line, and choices, each as its head and its rows."""

from decimal import Decimal

from generated.amounts import amount, condition
from generated.literals import LITERALS, UNITS, literal
from generated.scope import NUMERIC, Scope

WHOLE = ("0", "2", "5", "10", "100")     # no two that hold nothing between them
Block = tuple[str, list[str]]
"""What stands behind the verb, and the rows below."""


def block(scope: Scope, kind: str) -> Block:
    return scope.pick((bands, bands, linear, choose))(scope, kind)


def outcome(scope: Scope, kind: str) -> str:
    return "missing" if scope.chance(6) else amount(scope, kind, 1)


def bands(scope: Scope, kind: str) -> Block:
    of = _measured(scope)
    subject = amount(scope, of, 2)
    if scope.chance(15):
        return f"bands {subject}", _calculated(scope, kind, of)
    rows = [f"{row} : {_at(scope, kind, row)}" for row in parts(scope, of)]
    return f"bands {subject}", rows


def _at(scope: Scope, kind: str, row: str) -> str:
    if row[0] in "[(" and scope.chance(50):
        return f"linear {amount(scope, kind, 1)} to {amount(scope, kind, 1)}"
    return outcome(scope, kind)


def parts(scope: Scope, of: str) -> list[str]:
    """Bands that hold every value once, falling, rising or in disorder; some left to a last row."""
    unit = UNITS.get(of, "")
    ends = sorted({*scope.some(WHOLE if of == "count" else LITERALS[of], 1, 4)}, key=Decimal)
    own = [scope.chance(20) for _ in ends]                      # the end has a row of its own
    upper = [scope.chance(60) for _ in ends]                    # or belongs to what is above it
    rows = [f"{'<' if own[0] or upper[0] else '<='} {ends[0]}{unit}"]
    for at, end in enumerate(ends):
        if own[at]:
            rows.append(f"= {end}{unit}")
        opening = "[" if upper[at] and not own[at] else "("
        if at + 1 < len(ends):
            closing = "]" if not own[at + 1] and not upper[at + 1] else ")"
            rows.append(f"{opening}{end}{unit}, {ends[at + 1]}{unit}{closing}")
        else:
            rows.append(f"{'>=' if opening == '[' else '>'} {end}{unit}")
    order = scope.draw.randrange(3)
    if order == 0:
        rows.reverse()
    elif order == 1:
        scope.draw.shuffle(rows)
    if scope.chance(25):
        rows[scope.draw.randrange(len(rows))] = ""
        return [*filter(None, rows), "otherwise"]
    return rows


def _calculated(scope: Scope, kind: str, of: str) -> list[str]:
    """Ends that are the subject's own figures: the rows are tried in order."""
    rows = []
    for _ in range(scope.draw.randint(1, 3)):
        if scope.chance(30):
            closing = scope.pick("])")
            row = f"{scope.pick('[(')}{literal(scope, of)}, {amount(scope, of, 1)}{closing}"
        else:
            row = f"{scope.pick(('>=', '<=', '>', '<', '='))} {amount(scope, of, 1)}"
        rows.append(f"{row} : {_at(scope, kind, row)}")
    return [*rows, f"otherwise : {outcome(scope, kind)}"] if scope.chance(85) else rows


def linear(scope: Scope, kind: str) -> Block:
    of = _measured(scope)
    ends = sorted({*scope.some(LITERALS[of], 2, 4)}, key=Decimal)
    unit = UNITS.get(of, "")
    points = [f"{end}{unit}" for end in ends]
    if scope.chance(15):
        points[-1] = scope.pick(scope.known(of) or points[-1:])
    return f"linear {amount(scope, of, 2)}", [f"{point} : {amount(scope, kind, 1)}" for point in points]


def choose(scope: Scope, kind: str) -> Block:
    rows = [f"{condition(scope)} : {outcome(scope, kind)}" for _ in range(scope.draw.randint(1, 3))]
    return "choose", [*rows, f"otherwise : {outcome(scope, kind)}"] if scope.chance(85) else rows


def labels(scope: Scope, words: tuple[str, ...]) -> Block:
    """A block that comes to texts."""
    if scope.chance(50):
        of = _measured(scope)
        return f"bands {amount(scope, of, 1)}", [f'{row} : "{scope.pick(words)}"' for row in parts(scope, of)]
    rows = [f'{condition(scope)} : "{scope.pick(words)}"' for _ in range(scope.draw.randint(1, 2))]
    return "choose", [*rows, f'otherwise : "{scope.pick(words)}"']


def _measured(scope: Scope) -> str:
    kinds = [kind for kind in NUMERIC if scope.known(kind)]
    return scope.pick(kinds) if kinds else "number"
