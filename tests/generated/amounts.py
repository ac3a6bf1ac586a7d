"""Amounts and conditions of a kind, as text of a policy."""

from collections.abc import Callable
from dataclasses import replace

from generated.scope import NUMERIC, Lookup, Scope

UNITS = {"percent": "%", "pp": "pp", "money": " yuan", "days": " days"}
PLAIN = ("0", "1", "2", "3", "5", "7", "10", "20", "0.5", "0.25", "1.5", "0.1", "2.05", "0.001", "12.5", "33.33")
SHARES = ("0", "1", "40", "50", "80", "85.5", "90", "93", "99.99", "100", "110", "33.333", "0.1", "7")
SUMS = ("0", "1", "100", "999.99", "1000", "50000", "3", "0.01")
SPANS = ("0", "1", "7", "30", "2")
LITERALS = {"points": PLAIN, "number": PLAIN, "count": ("0", "1", "2", "3", "5", "10", "100"), "percent": SHARES,
            "pp": ("0", "1", "5", "0.5", "10", "2.25"), "money": SUMS, "days": SPANS}  # fmt: skip
STEPS = {"points": ("0.1", "1", "0.01", "0.5", "3"), "number": ("0.1", "1", "0.25", "7"), "count": ("1", "5", "10"),
         "percent": ("1%", "0.1%", "5%", "0.03%"), "pp": ("1pp", "0.5pp"),
         "money": ("1 yuan", "1000 yuan", "0.01 yuan"), "days": ("1 days", "7 days")}  # fmt: skip
UNITS_OF = {"points": ("1", "0.5"), "number": ("1", "0.3", "10"), "count": ("1", "2", "3", "10"),
            "percent": ("1%", "0.7%", "10%"), "pp": ("1pp", "0.1pp", "3pp"), "money": ("1000 yuan", "1 yuan"),
            "days": ("1 days", "7 days")}  # fmt: skip
MODES = ("half up", "half even", "always up", "always down")
PER = ("per", "per each full", "per each started")
COMPARE = (">=", "<=", ">", "<", "=", "!=")
DAYS = ("2014-01-01", "2014-02-28", "2014-05-31", "2013-12-31")
WORDS = ("甲", "乙", "x")


def literal(scope: Scope, kind: str) -> str:
    return scope.pick(LITERALS[kind]) + UNITS.get(kind, "")


def amount(scope: Scope, kind: str, depth: int = 2) -> str:
    """An amount of this kind, in brackets where it is a calculation."""
    known = scope.known(kind)
    if depth <= 0 or scope.chance(30):
        return scope.pick(known) if known and scope.chance(75) else literal(scope, kind)
    if scope.chance(20):
        return common(scope, kind, depth)
    made = scope.pick(OWN[kind])(scope, depth - 1)
    return made if made else literal(scope, kind)


def common(scope: Scope, kind: str, depth: int) -> str:
    """What any kind of quantity can be."""
    ways = [_limit, _size, _rounded, _sum, _difference, _among, _cell, _gathered]
    made = scope.pick(ways)(scope, kind, depth - 1)
    return made if made else amount(scope, kind, depth - 1)


def _limit(scope: Scope, kind: str, depth: int) -> str:
    parts = [amount(scope, kind, depth) for _ in range(scope.draw.randint(2, 3))]
    return f"{scope.pick(('min', 'max'))}({', '.join(parts)})"


def _size(scope: Scope, kind: str, depth: int) -> str:
    return f"abs({amount(scope, kind, depth)})"


def _rounded(scope: Scope, kind: str, depth: int) -> str:
    inner, step = amount(scope, kind, depth), scope.pick(STEPS[kind])
    if scope.chance(50):
        return f"round({inner}, {step}, {scope.pick(MODES)})"
    return f"{scope.pick(('round', 'truncate', 'floor', 'ceil'))}({inner}, {step})"


def _sum(scope: Scope, kind: str, depth: int) -> str:
    return f"({amount(scope, kind, depth)} + {amount(scope, 'pp' if kind == 'percent' else kind, depth)})"


def _difference(scope: Scope, kind: str, depth: int) -> str:
    one, other = {"percent": ("percent", "pp"), "pp": ("percent", "percent")}.get(kind, (kind, kind))
    return f"({amount(scope, one, depth)} - {amount(scope, other, depth)})"


def _among(scope: Scope, kind: str, depth: int) -> str:
    names = list(dict.fromkeys(scope.known(kind)))
    if len(names) < 2:
        return ""
    parts = scope.some(names, 2, 3)
    if scope.chance(20):
        parts.append(amount(scope, kind, depth))
    least = f" no fewer than {scope.draw.randint(1, len(parts))}" if scope.chance(40) else ""
    there = f"present ({', '.join(parts)}){least}" if scope.chance(60) else f"({', '.join(parts)})"
    functions = ("highest", "lowest") if kind in ("percent", "count") else ("highest", "lowest", "average", "sum")
    return f"({scope.pick(functions)} of {there})"


def _cell(scope: Scope, kind: str, depth: int) -> str:
    del depth
    fitting = [table for table in scope.tables if table.kind == kind]
    return cell(scope, scope.pick(fitting)) if fitting else ""


def cell(scope: Scope, table: Lookup) -> str:
    """A cell of a table, by names whose options are its keys, or by keys as they stand."""
    keys = []
    for options in table.keys:
        names = [name for name in scope.known("one of") if set(scope.options[name]) <= set(options)]
        keys.append(scope.pick(names) if names and scope.chance(85) else scope.pick(options))
    return f"{table.name}[{', '.join(keys)}]"


def _gathered(scope: Scope, kind: str, depth: int) -> str:
    """A sum, mean or end over events."""
    if scope.inside or not scope.events:
        return ""
    table = scope.pick(scope.events)
    within = replace(scope, inside=table, has_full=False)
    if kind == "count" and scope.chance(60):
        return f"(count of {table.name}{_where(within)})"
    functions = ("sum", "highest", "lowest") if kind == "count" else ("sum", "average", "highest", "lowest")
    own = table.columns.get(kind, [])
    value = scope.pick(own) if own and scope.chance(60) else amount(within, kind, depth)
    return f"({scope.pick(functions)} of {value} in {table.name}{_where(within)})"


def _where(within: Scope) -> str:
    return f" where {condition(within, 1)}" if within.chance(65) else ""


# ---- what only some kinds can be


def _product(one: str, other: str) -> Callable[[Scope, int], str]:
    def made(scope: Scope, depth: int) -> str:
        left, right = _own(scope, one, depth), _own(scope, other, depth)
        return f"({left} * {right})" if left and right else ""

    return made


def _own(scope: Scope, kind: str, depth: int) -> str:
    """What has just this kind: a bare number would make something else of points and counts."""
    if kind not in ("points", "count"):
        return amount(scope, kind, depth)
    known = scope.known(kind)
    if kind == "count" and scope.events and not scope.inside and scope.chance(30):
        return f"(count of {scope.pick(scope.events).name})"
    return "full" if kind == "points" and scope.has_full and scope.chance(40) else scope.pick(known) if known else ""


def _quotient(one: str, other: str) -> Callable[[Scope, int], str]:
    def made(scope: Scope, depth: int) -> str:
        above, below = _own(scope, one, depth), _own(scope, other, depth)
        if not above or not below:
            return ""
        if scope.chance(25):
            least = {"percent": "1%", "pp": "1pp", "money": "1 yuan", "days": "1 days"}.get(other, "1")
            below = f"max({below}, {least})"
        return f"({above} / {below})"

    return made


def _stepped(kind: str) -> Callable[[Scope, int], str]:
    """So much of this kind per so much of another."""

    def made(scope: Scope, depth: int) -> str:
        of = scope.pick(NUMERIC)
        each = literal(scope, kind)
        return f"({each} {scope.pick(PER)} {scope.pick(UNITS_OF[of])} of {amount(scope, of, depth)})"

    return made


def _full(scope: Scope, depth: int) -> str:
    if not scope.has_full:
        return ""
    return f"(full * {amount(scope, 'percent', depth)})" if scope.chance(75) else "full"


def _size_of_group(scope: Scope, depth: int) -> str:
    del depth
    return f"(group size of {scope.pick(scope.ranks)})" if scope.ranks and not scope.inside else ""


def _share_of_group(scope: Scope, depth: int) -> str:
    del depth
    rank = scope.pick(scope.ranks) if scope.ranks and not scope.inside else ""
    return f"({rank} / group size of {rank})" if rank else ""


def _negative(scope: Scope, depth: int) -> str:
    return f"(0 - {amount(scope, 'points', depth)})"


OWN: dict[str, list[Callable[[Scope, int], str]]] = {
    "points": [_full, _full, _stepped("points"), _stepped("points"), _product("percent", "points"), _negative,
               _product("number", "points"), _quotient("points", "count"), _quotient("points", "percent")],
    "number": [_product("number", "number"), _quotient("number", "number"), _product("count", "number"),
               _product("count", "count"), _quotient("number", "percent"), _quotient("number", "count")],
    "percent": [_quotient("count", "count"), _quotient("count", "count"), _quotient("money", "money"),
                _quotient("days", "days"), _quotient("points", "points"), _product("number", "percent"),
                _product("percent", "percent"), _quotient("percent", "percent"), _quotient("percent", "count"),
                _share_of_group],
    "pp": [_product("number", "pp"), lambda scope, depth: _difference(scope, "pp", depth)],
    "count": [lambda scope, depth: _gathered(scope, "count", depth), _size_of_group,
              lambda scope, depth: _gathered(scope, "count", depth)],
    "money": [_product("percent", "money"), _product("number", "money"), _quotient("money", "count"),
              _product("count", "money"), _stepped("money"), _quotient("money", "percent")],
    "days": [_product("number", "days"), _product("count", "days")],
}  # fmt: skip


# ---- conditions


def condition(scope: Scope, depth: int = 2) -> str:
    if depth > 0 and scope.chance(35):
        way = scope.pick(("and", "or", "not"))
        if way == "not":
            return f"(not {condition(scope, depth - 1)})"
        return f"({f' {way} '.join(condition(scope, depth - 1) for _ in range(scope.draw.randint(2, 3)))})"
    return scope.pick(CONDITIONS)(scope, depth - 1) or _comparison(scope, depth - 1)


def _comparison(scope: Scope, depth: int) -> str:
    kinds = [kind for kind in NUMERIC if scope.known(kind)] or ["number"]
    kind = scope.pick(kinds)
    other = literal(scope, kind) if scope.chance(60) else amount(scope, kind, depth)
    return f"{amount(scope, kind, depth)} {scope.pick(COMPARE)} {other}"


def _missing(scope: Scope, depth: int) -> str:
    del depth
    own = scope.inside.optional if scope.inside else []
    names = [*own, *scope.asked]
    return f"{scope.pick(names)} is {scope.pick(('missing', 'present'))}" if names else ""


def _guarded(scope: Scope, depth: int) -> str:
    """Asks before it looks."""
    del depth
    known = {name: kind for kind in NUMERIC for name in scope.known(kind)}
    names = [name for name in scope.asked if name in known]
    if not names:
        return ""
    name = scope.pick(names)
    kind = known[name]
    if scope.chance(50):
        return f"({name} is present and {name} {scope.pick(COMPARE)} {literal(scope, kind)})"
    return f"({name} is missing or {name} {scope.pick(COMPARE)} {literal(scope, kind)})"


def _member(scope: Scope, depth: int) -> str:
    del depth
    names = scope.known("one of")
    if not names:
        return ""
    name = scope.pick(names)
    options = scope.options[name]
    if scope.chance(30):
        return f"{name} is one of {', '.join(scope.some(options, 1, 2))}"
    return f"{name} {scope.pick(('=', '!='))} {scope.pick(options)}"


def _text(scope: Scope, depth: int) -> str:
    del depth
    names = scope.known("text")
    return f'{scope.pick(names)} {scope.pick(("=", "!="))} "{scope.pick(WORDS)}"' if names else ""


def _day(scope: Scope, depth: int) -> str:
    del depth
    names = scope.known("date")
    if not names:
        return ""
    other = scope.pick(names) if len(names) > 1 and scope.chance(40) else scope.pick(DAYS)
    return f"{scope.pick(names)} {scope.pick(COMPARE)} {other}"


def _yes(scope: Scope, depth: int) -> str:
    del depth
    names = scope.known("yes or no")
    return scope.pick(names) if names else ""


def _cell_there(scope: Scope, depth: int) -> str:
    del depth
    return f"{cell(scope, scope.pick(scope.tables))} is {scope.pick(('missing', 'present'))}" if scope.tables else ""


CONDITIONS = [_comparison, _comparison, _comparison, _comparison, _missing, _guarded, _member, _text, _day, _yes,
              _cell_there]  # fmt: skip
