"""Policies as text, a varied handful of constructs each."""

from random import Random

from generated.amounts import DAYS, MODES, NUMERIC, UNITS, WORDS, amount, condition, literal
from generated.blocks import Block, block, labels, parts
from generated.scope import Events, Lookup, Scope

CLASSES = (("A", "B"), ("A", "B", "C"), ("north", "south"))
KINDS = {"points": "points", "number": "number", "percent": "percent", "pp": "pp", "count": "count",
         "money": "money yuan", "days": "days", "date": "date", "yes or no": "yes or no", "text": "text"}  # fmt: skip
STEMS = {"points": "mark", "number": "figure", "percent": "rate", "pp": "gap", "count": "cases", "money": "income",
         "days": "stay", "date": "day", "yes or no": "late", "text": "word", "one of": "class"}  # fmt: skip
RANGES = ("", "", "", " from {0}", " above {0}", " from {0} to {1}", " to {1}", " below {1}")
GRADES = tuple("ABCDEFGHI")


def policy_text(draw: Random) -> str:
    scope = Scope(draw)
    facts = _facts(scope)
    lines = [*_header(scope), "", *facts, *_events(scope)]
    lines += _params(scope) + _tables(scope)
    for _ in range(draw.randint(0, 2)):
        lines += _let(scope)
    lines += _rules(scope)
    if scope.chance(30):
        lines += _standing(scope) + _rules(scope)
    lines += _total(scope)
    for _ in range(draw.randint(0, 2)):
        lines += _standing(scope)
    if scope.chance(25):
        lines += _payout(scope)
    return "\n".join(lines) + "\n"


def small_text(draw: Random) -> str:
    """One or two constructs, so that many can be tried."""
    scope = Scope(draw)
    facts = _facts(scope)
    lines = [*_header(scope), "", *facts]
    lines += _events(scope) if scope.chance(40) else []
    lines += _tables(scope) if scope.chance(20) else []
    lines += _let(scope) if scope.chance(40) else []
    lines += ["", "rule rule_1 worth 10"]
    scope.has_full = True
    for _ in range(draw.randint(1, 2)):
        lines += _line(scope, "  ", "points")
    scope.has_full = False
    scope.declare("points", "rule_1")
    scope.asked.append("rule_1")
    lines += _standing(scope) if scope.chance(30) else []
    lines += _payout(scope) if scope.chance(10) else []
    return "\n".join(lines) + "\n"


def _header(scope: Scope) -> list[str]:
    within = f" within {', '.join(scope.groups)}" if scope.groups else ""
    lines = ['policy "Made up"', f"  subject who{within}"]
    for what in ("each line to", "each rule to", "each section to", "total to", "each payout to"):
        if scope.chance(25):
            lines.append(f"  round {what} {scope.draw.randint(0, 3)} decimals {scope.pick(MODES)}")
    return lines


# ---- what is given


def _facts(scope: Scope) -> list[str]:
    scope.groups = [scope.fresh("area") for _ in range(scope.pick((0, 0, 0, 1, 1, 2)))]
    lines = ["facts", "  who : text"]
    for group in scope.groups:
        options = scope.pick(CLASSES)
        if scope.chance(60):
            lines.append(f"  {group} : one of {', '.join(options)}")
            scope.declare("one of", group)
            scope.options[group] = options
        else:
            lines.append(f"  {group} : text")
            scope.declare("text", group)
    for _ in range(scope.draw.randint(2, 6)):
        line, kind, name, optional = _field(scope)
        lines.append(line)
        scope.declare(kind, name)
        if optional:
            scope.asked.append(name)
    return lines


def _field(scope: Scope) -> tuple[str, str, str, bool]:
    """A column: its line, its kind, its name, and whether its cells may be empty."""
    often = ("percent", "percent", "count", "count", "number")
    kind = scope.pick((*NUMERIC, *often, "date", "yes or no", "text", "one of"))
    name = scope.fresh(STEMS[kind])
    if kind == "one of":
        scope.options[name] = scope.pick(CLASSES)
        line = f"  {name} : one of {', '.join(scope.options[name])}"
    else:
        line = f"  {name} : {KINDS[kind]}"
    limits = ""
    if kind in NUMERIC:
        unit = UNITS.get(kind, "")
        low, high = scope.pick((("0", "100"), ("-50", "50"), ("0", "1000"), ("1", "12"), ("-1000000", "10")))
        limits = scope.pick(RANGES).format(f"{low}{unit}", f"{high}{unit}")
    line += limits
    presence = scope.draw.randrange(10)
    if presence < 2:
        line += " optional"
    elif presence == 2 and not limits:
        line += f" default {_default(scope, kind, name)}"
    return line, kind, name, presence < 2


def _default(scope: Scope, kind: str, name: str) -> str:
    match kind:
        case "yes or no":
            return scope.pick(("yes", "no"))
        case "date":
            return scope.pick(DAYS)
        case "text":
            return f'"{scope.pick(WORDS)}"'
        case "one of":
            return scope.pick(scope.options[name])
    return literal(scope, kind)


def _events(scope: Scope) -> list[str]:
    lines = []
    for _ in range(scope.pick((0, 0, 1, 1, 2))):
        table = Events(scope.fresh("visits"), {}, [])
        lines += ["", f"events {table.name}", "  who : text"]
        for _ in range(scope.draw.randint(1, 3)):
            line, kind, name, optional = _field(scope)
            lines.append(line)
            table.columns.setdefault(kind, []).append(name)
            if optional:
                table.optional.append(name)
        scope.events.append(table)
    return lines


def _params(scope: Scope) -> list[str]:
    if not scope.chance(30):
        return []
    kind = scope.pick(NUMERIC)
    name = scope.fresh("limit")
    line = f"param {name} : {KINDS[kind]} = {literal(scope, kind)}"
    scope.declare(kind, name)
    return ["", line]


def _tables(scope: Scope) -> list[str]:
    lines: list[str] = []
    for _ in range(scope.pick((0, 0, 1, 1, 2))):
        kind = scope.pick(NUMERIC)
        keys = tuple(scope.pick(CLASSES) for _ in range(scope.draw.randint(1, 2)))
        lines += _table(scope, scope.fresh("goal"), kind, keys)
    return lines


def _table(scope: Scope, name: str, kind: str, keys: tuple[tuple[str, ...], ...]) -> list[str]:
    gaps = scope.chance(40)

    def value() -> str:
        return "missing" if gaps and scope.chance(25) else literal(scope, kind)

    scope.tables.append(Lookup(name, kind, keys))
    by = ", ".join(("row", "column")[: len(keys)])
    lines = ["", f"table {name} by {by} : {KINDS[kind]}"]
    if len(keys) == 1:
        return [*lines, *(f"  {key}  {value()}" for key in keys[0])]
    lines.append("  -  " + "  ".join(keys[1]))
    return [*lines, *(f"  {key}  {'  '.join(value() for _ in keys[1])}" for key in keys[0])]


def _let(scope: Scope) -> list[str]:
    if scope.chance(15):
        words = scope.pick(CLASSES)
        name = scope.fresh("level")
        lines = _written(f"let {name} = ", labels(scope, words), "")
        scope.declare("text", name)
        return ["", *lines]
    if scope.chance(15):
        name = scope.fresh("holds")
        line = f"let {name} = {condition(scope)}"
        scope.declare("yes or no", name)
        return ["", line]
    kind = scope.pick(NUMERIC)
    name = scope.fresh("part_of_" + STEMS[kind] if scope.chance(10) else "let_" + STEMS[kind])
    plain = scope.chance(60)
    lines = [f"let {name} : {KINDS[kind]} = {amount(scope, kind, 3)}"] if plain else \
        _written(f"let {name} : {KINDS[kind]} = ", block(scope, kind), "")
    scope.declare(kind, name)
    if scope.chance(60):
        scope.asked.append(name)
    return ["", *lines]


def _written(before: str, of: Block, after: str) -> list[str]:
    depth = len(before) - len(before.lstrip()) + 2
    return [f"{before}{of[0]}{after}", *(" " * depth + row for row in of[1])]


# ---- ledgers


def _rules(scope: Scope) -> list[str]:
    lines: list[str] = []
    for _ in range(scope.draw.randint(1, 2)):
        lines += _section(scope) if scope.chance(35) else _rule(scope, "", scope.chance(80))
    return lines


def _section(scope: Scope) -> list[str]:
    name = scope.fresh("section_")
    spread = scope.chance(40)
    inner: list[str] = []
    worths = []
    for _ in range(scope.draw.randint(1, 3)):
        inner += _rule(scope, "  ", spread or scope.chance(80), worths)
    worth = f" worth {sum(worths)}" if worths and (spread or scope.chance(60)) else ""
    if spread:
        few = f" no fewer than {scope.draw.randint(1, len(worths))}" if scope.chance(50) else ""
        inner.append(f"  spread worth{few}")
    elif scope.chance(30):
        inner += _line(scope, "  ", "points")
    lines = ["", f"section {name}{worth}", *inner]
    scope.declare("points", name)
    return lines


def _rule(scope: Scope, indent: str, worthy: bool, worths: list[int] | None = None) -> list[str]:
    name = scope.fresh("rule_")
    worth = scope.pick((1, 3, 5, 10, 60, 100))
    if worthy and worths is not None:
        worths.append(worth)
    lines = [*([] if indent else [""]), f"{indent}rule {name}{f' worth {worth}' if worthy else ''}"]
    scope.has_full = worthy
    lines += _ledger(scope, indent + "  ", "points", parts_too=True)
    scope.has_full = False
    scope.declare("points", name)
    scope.asked.append(name)
    return lines


def _ledger(scope: Scope, indent: str, kind: str, *, parts_too: bool) -> list[str]:
    lines = [f"{indent}not applicable when {condition(scope, 1)}"] if scope.chance(20) else []
    if scope.chance(20):
        lines.append(f"{indent}start {amount(scope, kind, 1)}")
    for _ in range(scope.draw.randint(1, 4)):
        lines += _line(scope, indent, kind)
        if parts_too and scope.chance(15):
            lines += _part(scope, indent, kind)
    return lines


def _part(scope: Scope, indent: str, kind: str) -> list[str]:
    name = scope.fresh("part_")
    before, scope.has_full = scope.has_full, kind == "points" and scope.chance(70)
    lines = [f"{indent}part {name}{f' worth {scope.draw.randint(1, 9)}' if scope.has_full else ''}"]
    lines += _ledger(scope, indent + "  ", kind, parts_too=False)
    scope.has_full = before
    scope.declare(kind, name)
    scope.asked.append(name)
    return lines


def _line(scope: Scope, indent: str, kind: str) -> list[str]:
    verb = scope.pick(("add", "add", "add", "deduct", "multiply by", "at most", "at least", "override"))
    if verb == "multiply by":
        kind = scope.pick(("percent", "number"))
    when = f" when {condition(scope)}" if scope.chance(40) else ""
    if scope.chance(45):
        return _written(f"{indent}{verb} ", block(scope, kind), when)
    if scope.has_full and verb in ("at most", "add") and scope.chance(25):
        return [f"{indent}{verb} full{when}"]
    return [f"{indent}{verb} {amount(scope, kind, 2)}{when}"]


def _total(scope: Scope) -> list[str]:
    if not scope.chance(25):
        return []
    worth = scope.chance(60)
    scope.has_full = worth
    lines = ["", f"total{' worth 100' if worth else ''}", *_ledger(scope, "  ", "points", parts_too=True)]
    scope.has_full = False
    return lines


def _payout(scope: Scope) -> list[str]:
    return ["", f"payout {scope.fresh('pay')}", *_ledger(scope, "  ", "money", parts_too=True)]


# ---- standing


def _standing(scope: Scope) -> list[str]:
    return _grade(scope) if scope.chance(50) else _rank(scope)


def _by(scope: Scope) -> tuple[str, str]:
    """What a grade or a place goes by, and its kind."""
    rules = [name for name in scope.names.get("points", []) if name.startswith("rule_")]
    if rules and scope.chance(60):
        return scope.pick(rules), "points"
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
    scope.declare("one of", name)
    scope.options[name] = grades
    if scope.chance(40):
        lines = _table(scope, scope.fresh("bonus"), scope.pick(("points", "money", "percent")), (grades,)) + lines
    return lines


def _rank(scope: Scope) -> list[str]:
    name = scope.fresh("place")
    value, _ = _by(scope)
    ties = scope.pick(("ties share", "ties dense", f"ties by {', '.join(_by(scope)[0] for _ in range(2))}"))
    lines = ["", f"rank {name} by {value}{_within(scope)} {_order(scope)} {ties}"]
    scope.declare("count", name)
    scope.ranks.append(name)
    return lines
