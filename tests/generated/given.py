"""What a policy is given: its header, facts, events, parameters and tables."""

from generated.literals import MODES, UNITS, default, literal
from generated.scope import LENGTHS, NUMERIC, Lookup, Rows, Scope

CLASSES = (("A", "B"), ("A", "B", "C"), ("north", "south"))
KINDS = {"points": "points", "number": "number", "percent": "percent", "pp": "pp", "count": "count",
         "money": "money yuan", "days": "days", "date": "date", "yes or no": "yes or no", "text": "text",
         "month": "month", "quarter": "quarter", "year": "year"}  # fmt: skip
STEMS = {"points": "mark", "number": "figure", "percent": "rate", "pp": "gap", "count": "cases", "money": "income",
         "days": "stay", "date": "day", "yes or no": "late", "text": "word", "one of": "class", "month": "since",
         "quarter": "since", "year": "since"}  # fmt: skip
RANGES = ("", "", "", " from {0}", " above {0}", " from {0} to {1}", " to {1}", " below {1}")
DATES = ("2014-01", "2014-03", "2014-04", "2013-07")
"""Days from which a value may hold."""


def header(scope: Scope) -> list[str]:
    within = f" within {', '.join(scope.groups)}" if scope.groups else ""
    lines = ['policy "Made up"', f"  subject who{within}"]
    if scope.unit:
        lines.append(f"  period {scope.unit} by `when`")
    for what in ("each line to", "each rule to", "each section to", "total to", "each payout to"):
        if scope.chance(25):
            lines.append(f"  round {what} {scope.draw.randint(0, 3)} decimals {scope.pick(MODES)}")
    return lines


# ---- columns


def facts(scope: Scope) -> list[str]:
    """Those of a row: whose it is and when, the groups, and some more."""
    scope.groups += [scope.fresh("area") for _ in range(scope.pick((0, 0, 0, 1, 1, 2)))]
    lines = ["facts", "  who : text", *([f"  `when` : {scope.unit}"] if scope.unit else [])]
    for group in scope.groups:
        options = scope.pick(CLASSES)
        if scope.chance(60):
            lines.append(f"  {group} : one of {', '.join(options)}")
            scope.give("one of", group)
            scope.options[group] = options
        else:
            lines.append(f"  {group} : text")
            scope.give("text", group)
    return lines + columns(scope, scope.draw.randint(2, 6))


def columns(scope: Scope, count: int) -> list[str]:
    """Facts of their own; one may be for the record only."""
    lines = []
    for _ in range(count):
        line, kind, name, optional = _field(scope, ("date", *(LENGTHS if scope.unit and scope.chance(40) else ())))
        if scope.chance(4):
            lines.append(f"{line} not scored")
            continue
        lines.append(line)
        scope.declare(kind, name)
        if optional:
            scope.asked.append(name)
    return lines


def _field(scope: Scope, days: tuple[str, ...] = ("date",)) -> tuple[str, str, str, bool]:
    """A column: its line, its kind, its name, and whether its cells may be empty; `days`: kinds of days it may be."""
    often = ("percent", "percent", "count", "count", "number")
    kind = scope.pick((*NUMERIC, *often, "yes or no", "text", "one of", *days))
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
    elif presence == 2 and not limits and kind != "year":
        line += f" default {default(scope, kind, name)}"
    return line, kind, name, presence < 2


def events(scope: Scope) -> list[str]:
    """Tables of events; of a policy with periods most of them have a column that dates them."""
    lines = []
    for _ in range(scope.pick((0, 0, 1, 1, 2, 2))):
        name, found, optional = scope.fresh("visits"), dict[str, list[str]](), []
        by = scope.pick(("date", "date", "month", *LENGTHS)) if scope.unit and scope.chance(80) else ""
        days = () if scope.unit and not by else ("date",)     # one that is there has to date the rows
        own = [f"events {name}{' by at' if by else ''}", "  who : text", *([f"  at : {KINDS[by]}"] if by else [])]
        for _ in range(scope.draw.randint(1, 3)):
            line, kind, column, may_lack = _field(scope, days)
            own.append(line)
            found.setdefault(kind, []).append(column)
            optional += [column] if may_lack else []
        options = {column: scope.options[column] for column in found.get("one of", ())}
        scope.events.append(Rows(name, found, optional, options, bool(by), own))
        lines += ["", *own]
    return lines


# ---- values


def params(scope: Scope) -> list[str]:
    """A parameter: one value, or values by date."""
    if not scope.chance(30):
        return []
    kind = scope.pick(NUMERIC)
    name = scope.fresh("limit")
    scope.give(kind, name)
    if scope.unit and scope.chance(50):
        rows = [f"  from {day} : {literal(scope, kind)}" for day in sorted(scope.some(DATES, 1, 3))]
        return ["", f"param {name} : {KINDS[kind]}", *rows]
    within = f" from 0{UNITS.get(kind, '')}" if scope.chance(30) else ""
    return ["", f"param {name} : {KINDS[kind]}{within} = {literal(scope, kind)}"]


def tables(scope: Scope) -> list[str]:
    lines: list[str] = []
    for _ in range(scope.pick((0, 0, 1, 1, 2))):
        keys = tuple(scope.pick(CLASSES) for _ in range(scope.draw.randint(1, 2)))
        lines += table(scope, scope.fresh("goal"), scope.pick(NUMERIC), keys)
    return lines


def table(scope: Scope, name: str, kind: str, keys: tuple[tuple[str, ...], ...]) -> list[str]:
    """With gaps, perhaps, and with rows for several dates."""
    gaps = scope.chance(40)

    def value() -> str:
        sign = "-" if scope.chance(10) else ""
        return "missing" if gaps and scope.chance(25) else sign + literal(scope, kind)

    def rows() -> list[str]:
        if len(keys) == 1:
            return [f"  {key}  {value()}" for key in keys[0]]
        return ["  -  " + "  ".join(keys[1]),
                *(f"  {key}  {'  '.join(value() for _ in keys[1])}" for key in keys[0])]  # fmt: skip

    scope.tables.append(Lookup(name, kind, keys))
    head = ["", f"table {name} by {', '.join(('row', 'column')[: len(keys)])} : {KINDS[kind]}"]
    if scope.unit and scope.chance(35):
        return [*head, *(line for day in sorted(scope.some(DATES, 1, 3)) for line in (f"  from {day}", *rows()))]
    return [*head, *rows()]


