"""Policies as text, a varied handful of constructs each."""

from random import Random

from generated.given import columns, events, facts, header, params, tables
from generated.ledgers import let, line, looking_let, payout, rules, total
from generated.scope import LENGTHS, Scope
from generated.standing import standing


def policy_text(draw: Random) -> str:
    scope = Scope(draw)
    given = facts(scope)
    return _text([*header(scope), "", *given, *events(scope), *params(scope), *tables(scope), *_level(scope)])


def small_text(draw: Random) -> str:
    """One or two constructs, so that many can be tried."""
    scope = Scope(draw)
    given = facts(scope)
    return _text([*header(scope), "", *given, *_few(scope)])


def period_text(draw: Random) -> str:
    """Months, quarters or years, and what is assessed over longer ones; each level large or small."""
    scope = Scope(draw, unit=draw.choice(("month", "month", "month", "quarter", "year")))
    given = facts(scope)
    lines = [*header(scope), "", *given, *events(scope), *params(scope), *tables(scope)]
    lines += _looking_back(scope)
    for unit in LENGTHS:
        if LENGTHS[unit] > LENGTHS[scope.unit] and scope.chance(50):
            scope = scope.longer(unit, alike=scope.chance(50))
            below = ["facts", *columns(scope, scope.draw.randint(1, 3))] if scope.chance(50) else []
            below += _declared_again(scope)
            below += _looking_back(scope)
            lines += ["", f"assess {unit}", *(f"  {row}" if row else "" for row in below)]
    return _text(lines)


WRITERS = (policy_text, period_text, policy_text, *[small_text] * 7)


def text_of_seed(seed: int, draw: Random) -> str:
    """What hangs together shows in large policies; but small ones are quick, and so most are small."""
    return WRITERS[seed % len(WRITERS)](draw)


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


def _declared_again(scope: Scope) -> list[str]:
    """Events of a longer period: others, or those of the shortest one."""
    if not scope.shorter_events or scope.chance(50):
        return events(scope)
    scope.events.append(scope.pick(scope.shorter_events))
    return ["", *scope.events[-1].lines]


def _looking_back(scope: Scope) -> list[str]:
    """What is worked out at a level of periods: what is looked at, and what rests on it, mostly little."""
    lines: list[str] = []
    for _ in range(scope.draw.randint(1, 2)):
        lines += looking_let(scope)
    return lines + (_level(scope) if scope.chance(4) else _few(scope))


def _level(scope: Scope) -> list[str]:
    """What is worked out of what is given: much."""
    lines: list[str] = []
    for _ in range(scope.draw.randint(0, 2)):
        lines += ["", *let(scope)]
    lines += rules(scope)
    if scope.chance(30):
        lines += standing(scope) + rules(scope)
    lines += total(scope)
    for _ in range(scope.draw.randint(0, 2)):
        lines += standing(scope)
    return lines + (payout(scope) if scope.chance(25) else [])


def _few(scope: Scope) -> list[str]:
    """Little."""
    lines = events(scope) if not scope.unit and scope.chance(40) else []
    lines += tables(scope) if not scope.unit and scope.chance(20) else []
    lines += looking_let(scope) if scope.events and scope.chance(60) else []
    lines += ["", *let(scope)] if scope.chance(40) else []
    name = scope.fresh("rule_")
    lines += ["", f"rule {name} worth 10"]
    scope.has_full, scope.itself = True, ("points", name)
    for _ in range(scope.draw.randint(1, 2)):
        lines += line(scope, "  ", "points")
    scope.has_full, scope.itself = False, ("", "")
    for own in (name, "total"):
        scope.declare("points", own)
        scope.asked.append(own)
    lines += standing(scope) if scope.chance(30) else []
    return lines + (payout(scope) if scope.chance(10) else [])
