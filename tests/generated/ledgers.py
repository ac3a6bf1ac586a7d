"""What a policy works out by itself for each subject: lets, sections, rules, parts, the total, payouts."""

from generated.amounts import amount, condition, looking
from generated.blocks import Block, block, labels
from generated.gathered import before, over_periods
from generated.given import CLASSES, KINDS, STEMS
from generated.scope import NUMERIC, Scope


def let(scope: Scope) -> list[str]:
    said = scope.unit or scope.chance(50)     # of what was in the period before the kind must be said
    if scope.chance(15):
        words = scope.pick(CLASSES)
        name = scope.fresh("level")
        lines = _written(f"let {name}{' : text' if said else ''} = ", labels(scope, words), "")
        scope.declare("text", name)
        return lines
    if scope.chance(15):
        name = scope.fresh("holds")
        line = f"let {name}{' : yes or no' if said else ''} = {condition(scope)}"
        scope.declare("yes or no", name)
        return [line]
    kind = scope.pick(NUMERIC)
    name = scope.fresh("part_of_" + STEMS[kind] if scope.chance(10) else "let_" + STEMS[kind])
    scope.itself = kind, name
    head = f"let {name} : {KINDS[kind]} = "
    lines = [f"{head}{amount(scope, kind, 3)}"] if scope.chance(60) else _written(head, block(scope, kind), "")
    scope.itself = "", ""
    scope.declare(kind, name)
    if scope.chance(60):
        scope.asked.append(name)
    return lines


def looking_let(scope: Scope) -> list[str]:
    """A name for something that is looked at of periods; where there are none, of events."""
    rows = scope.pick(over_periods(scope) or scope.events)
    there = scope.names if rows.name == scope.unit else rows.columns
    kind = scope.pick([*(kind for kind in NUMERIC if kind in there), "count"])
    back = scope.unit and scope.chance(20)
    found = before(scope, kind) if back else looking(scope, rows, kind)
    if not found:
        return []
    name = scope.fresh("seen_" + STEMS[kind])
    said = "number" if kind == "count" and found.startswith("(average") else kind
    scope.declare(said, name)
    return ["", f"let {name} : {KINDS[said]} = {found}"]


def _written(before: str, of: Block, after: str) -> list[str]:
    depth = len(before) - len(before.lstrip()) + 2
    return [f"{before}{of[0]}{after}", *(" " * depth + row for row in of[1])]


# ---- ledgers


def rules(scope: Scope) -> list[str]:
    lines: list[str] = []
    for _ in range(scope.draw.randint(1, 2)):
        lines += ["", *(_section(scope) if scope.chance(35) else _rule(scope, "", scope.chance(80)))]
    return lines


def _section(scope: Scope) -> list[str]:
    name = scope.fresh("section_")
    spread = scope.chance(40)
    inner = [f"  not applicable when {condition(scope, 1)}"] if scope.chance(12) else []
    worths: list[int] = []
    for _ in range(scope.draw.randint(1, 3)):
        inner += _rule(scope, "  ", spread or scope.chance(80), worths)
    worth = f" worth {sum(worths)}" if worths and (spread or scope.chance(60)) else ""
    if spread:
        few = f" no fewer than {scope.draw.randint(1, len(worths))}" if scope.chance(50) else ""
        inner.append(f"  spread worth{few}")
    elif scope.chance(30):
        inner += line(scope, "  ", "points")
    scope.declare("points", name)
    return [f"section {name}{worth}", *inner]


def _rule(scope: Scope, indent: str, worthy: bool, worths: list[int] | None = None) -> list[str]:
    name = scope.fresh("rule_")
    worth = scope.pick((1, 3, 5, 10, 60, 100))
    if worthy and worths is not None:
        worths.append(worth)
    label = f' "Rule {name[5:]}"' if scope.chance(20) else ""
    head = f"rule {name}{label}{f' worth {worth}' if worthy else ''}"
    cited = [f'{indent}  source "Clause {name[5:]}"'] if scope.chance(20) else []
    if scope.chance(6):
        lines = [f"{indent}open {head}", *cited]
    else:
        lines = [f"{indent}{head}", *cited, *ledger(scope, name, indent + "  ", "points", worthy=worthy)]
    scope.declare("points", name)
    scope.asked.append(name)
    return lines


def ledger(scope: Scope, name: str, indent: str, kind: str, *, worthy: bool, depth: int = 2) -> list[str]:
    """The lines of a ledger, and down to a depth parts of it."""
    before, scope.has_full, scope.itself = (scope.has_full, scope.itself), worthy, (kind, name)
    lines = [f"{indent}not applicable when {condition(scope, 1)}"] if scope.chance(20) else []
    if scope.chance(20):
        lines.append(f"{indent}start {amount(scope, kind, 1)}")
    for _ in range(scope.draw.randint(1, 4)):
        lines += line(scope, indent, kind)
        if depth and scope.chance(15):
            lines += _part(scope, indent, kind, depth - 1)
        if scope.chance(4):
            lines += _inner_let(scope, indent)
    scope.has_full, scope.itself = before
    return lines


def _inner_let(scope: Scope, indent: str) -> list[str]:
    before, scope.has_full, scope.itself = (scope.has_full, scope.itself), False, ("", "")
    lines = [indent + row for row in let(scope)]
    scope.has_full, scope.itself = before
    return lines


def _part(scope: Scope, indent: str, kind: str, depth: int) -> list[str]:
    name = scope.fresh("part_")
    worthy = kind == "points" and scope.chance(70)
    lines = [f"{indent}part {name}{f' worth {scope.draw.randint(1, 9)}' if worthy else ''}",
             *ledger(scope, name, indent + "  ", kind, worthy=worthy, depth=depth)]  # fmt: skip
    scope.declare(kind, name)
    scope.asked.append(name)
    return lines


def line(scope: Scope, indent: str, kind: str) -> list[str]:
    verb = scope.pick(("add", "add", "add", "deduct", "multiply by", "at most", "at least", "override"))
    if verb == "multiply by":
        kind = scope.pick(("percent", "number"))
    when = f" when {condition(scope)}" if scope.chance(40) else ""
    if scope.chance(45):
        return _written(f"{indent}{verb} ", block(scope, kind), when)
    if scope.has_full and verb in ("at most", "add") and scope.chance(25):
        return [f"{indent}{verb} full{when}"]
    return [f"{indent}{verb} {amount(scope, kind, 2)}{when}"]


def total(scope: Scope) -> list[str]:
    """The sum of all, or one that the policy writes itself."""
    lines: list[str] = []
    if scope.chance(25):
        worthy = scope.chance(60)
        lines = ["", f"total{' worth 100' if worthy else ''}", *ledger(scope, "total", "  ", "points", worthy=worthy)]
    scope.declare("points", "total")
    scope.asked.append("total")
    return lines


def payout(scope: Scope) -> list[str]:
    name = scope.fresh("pay")
    lines = ["", f"payout {name}", *ledger(scope, name, "  ", "money", worthy=False)]
    scope.declare("money", name)
    scope.asked.append(name)
    return lines
