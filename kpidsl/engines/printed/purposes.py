"""What each column of a query is for: the definition that it is, or those that it leads to."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlglot import exp, parse_one

from kpidsl.core import nodes as n
from kpidsl.core.program import Program
from kpidsl.engines.columnar.scoring import TOTAL
from kpidsl.engines.printed.parts import About, For

_ENDING = re.compile(r" (\d+|/|none|lacks|absent|fails)$")


def purposes(program: Program, queries: Sequence[str]) -> list[Mapping[str, About]]:
    """For each query in turn, of which each reads the one before, its columns that are new."""
    named = {item.name or TOTAL: item for item in program.definitions}
    used: dict[str, dict[str, n.Definition]] = {}
    found: list[Mapping[str, About]] = []
    for query in reversed(queries):
        tree = parse_one(query, dialect="duckdb")
        own: dict[str, About] = {}
        for item in tree.expressions:
            if not isinstance(item, exp.Alias):
                continue
            definition = _definition(item.alias, named)
            leads = {definition.name: definition} if definition else used.get(item.alias, {})
            if leads:
                own[item.alias] = For(tuple(leads.values()), definition is not None)
            for column in item.find_all(exp.Column):
                used.setdefault(column.name, {}).update(leads)
        _joined(tree, used)
        found.insert(0, own)
    return found


def _joined(tree: Any, used: dict[str, dict[str, n.Definition]]) -> None:
    """What joined queries use leads where their columns do."""
    for join in tree.args.get("joins") or ():
        given = {item.alias_or_name for query in join.find_all(exp.Select) for item in query.expressions}
        leads = {name: item for alias in given for name, item in used.get(alias, {}).items()}
        for column in join.find_all(exp.Column):
            used.setdefault(column.name, {}).update(leads)


def _definition(alias: str, named: Mapping[str, n.Definition]) -> n.Definition | None:
    while alias not in named and _ENDING.search(alias):
        alias = _ENDING.sub("", alias)
    return named.get(alias)
