"""Amounts and conditions of a kind, as text of a policy."""

from collections.abc import Callable

from generated.gathered import Writing, before, counted_for_each, gathered, gathered_from, previous
from generated.literals import COMPARE, DAYS, MODES, PER, STEPS, UNITS_OF, WORDS, literal
from generated.scope import NUMERIC, Lookup, Rows, Scope


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
    ways += [_gathered, _before] if scope.unit else []
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
    if kind not in ("percent", "pp") and scope.chance(15):
        return f"{scope.pick(('round', 'floor'))}({inner})"
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
        names = [name for name in scope.known("one of") if set(scope.options_of(name)) <= set(options)]
        keys.append(scope.pick(names) if names and scope.chance(85) else scope.pick(options))
    return f"{table.name}[{', '.join(keys)}]"


def _gathered(scope: Scope, kind: str, depth: int) -> str:
    return gathered(scope, kind, depth, Writing(amount, condition))


def looking(scope: Scope, rows: Rows, kind: str) -> str:
    """What is looked at of these rows, by itself."""
    return gathered_from(scope, rows, kind, 1, Writing(amount, condition))


def _before(scope: Scope, kind: str, depth: int) -> str:
    del depth
    return before(scope, kind)


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
    known = scope.known("points")
    return f"(-{scope.pick(known)})" if known and scope.chance(40) else f"(0 - {amount(scope, 'points', depth)})"


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
    asks = scope.pick(("is missing", "is present"))
    kinds = [kind for kind in NUMERIC if scope.known(kind)]
    if kinds and scope.chance(15):
        kind = scope.pick(kinds)
        return f"{(before(scope, kind) if scope.unit else '') or common(scope, kind, 1)} {asks}"
    names = [*(scope.inside[-1].optional if scope.inside else []), *scope.asked]
    return f"{scope.pick(names)} {asks}" if names else ""


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


def _now_or_before(scope: Scope, kind: str) -> str:
    """A name of this kind, or what it was in the period before."""
    kept = scope.kept(kind) if scope.unit else []
    names = scope.known(kind)
    return previous(scope, kind, scope.pick(kept)) if kept and scope.chance(40) else scope.pick(names) if names else ""


def _member(scope: Scope, depth: int) -> str:
    del depth
    names, kept = scope.known("one of"), scope.kept("one of") if scope.unit else []
    if kept and scope.chance(40):
        name = scope.pick(kept)
        found, options = previous(scope, "one of", name), scope.options[name]
    elif names:
        found = scope.pick(names)
        options = scope.options_of(found)
    else:
        return ""
    if scope.chance(30):
        return f"{found} is one of {', '.join(scope.some(options, 1, 2))}"
    return f"{found} {scope.pick(('=', '!='))} {scope.pick(options)}"


def _text(scope: Scope, depth: int) -> str:
    del depth
    found = _now_or_before(scope, "text")
    if not found:
        return ""
    other = scope.pick(scope.known("text")) if scope.chance(20) else f'"{scope.pick(WORDS)}"'
    return f"{found} {scope.pick(('=', '!='))} {other}"


def _day(scope: Scope, depth: int) -> str:
    del depth
    kinds = [kind for kind in ("date", "month", "quarter", "year") if scope.known(kind)]
    if not kinds:
        return ""
    kind = scope.pick(kinds)
    names = scope.known(kind)
    literals = DAYS[kind] if kind != "year" and (len(names) == 1 or scope.chance(60)) else ()
    other = scope.pick(literals or names)
    return f"{_now_or_before(scope, kind)} {scope.pick(COMPARE)} {other}"


def _yes(scope: Scope, depth: int) -> str:
    del depth
    found = _now_or_before(scope, "yes or no")
    return f"{found} = {scope.pick(('yes', 'no'))}" if found and scope.chance(20) else found


def _cell_there(scope: Scope, depth: int) -> str:
    del depth
    return f"{cell(scope, scope.pick(scope.tables))} is {scope.pick(('missing', 'present'))}" if scope.tables else ""


def _for_each(scope: Scope, depth: int) -> str:
    del depth
    return counted_for_each(scope)


CONDITIONS = [_comparison, _comparison, _comparison, _comparison, _missing, _guarded, _member, _text, _day, _yes,
              _cell_there, _for_each]  # fmt: skip
