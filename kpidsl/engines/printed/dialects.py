"""DuckDB's SQL as that of other databases, where sqlglot alone would not give the same whole numbers."""

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from kpidsl.engines.printed.types import Types

DUCKDB, POSTGRES, SPARK = "duckdb", "postgres", "spark"
DIALECTS = (DUCKDB, POSTGRES, SPARK)
LONGEST = 63
"""Bytes of a name that PostgreSQL tells apart."""
WIDE = "HUGEINT"


def table_sql(name: str, dialect: str) -> str:
    """DuckDB's SQL of a table by its name, which may name its schema first."""
    return exp.to_table(name, dialect=dialect).sql(dialect=DUCKDB, identify=True)


def adapted(query: exp.Select, dialect: str, types: Types) -> exp.Select:
    """The query, whose types are known, for a dialect; it is changed."""
    changes: tuple[Callable[[Any, Types], Any], ...] = ()
    if dialect == POSTGRES:
        changes = (_wide, _best, _named, _nothing)
    elif dialect == SPARK:
        changes = (_quotient, _wide_sum, _wide)
    for change in changes:
        for node in reversed(list(query.dfs())):     # what is within first
            found = change(node, types)
            if found is not node:
                node.replace(found)
    return query


def cut(query: exp.Select, inner: bool, outer: bool, names: dict[str, str]) -> None:
    """Names that PostgreSQL would cut, and might then take for each other, cut so that they differ; `names` takes them
    in. Unless told so, those `inner` to the query stay as they are, or those that it gives its columns: `outer`.
    """
    for node in query.find_all(exp.Identifier):
        given = isinstance(node.parent, exp.Alias) and node.parent.parent is query
        if outer if given else inner:
            node.set("this", short(node.this, names))


def short(name: str, names: dict[str, str]) -> str:
    if len(name.encode()) <= LONGEST:
        return name
    begins = name.encode()[: LONGEST - 8].decode(errors="ignore")
    return names.setdefault(name, f"{begins} ~{len(names) + 1}")


def _decimal(value: Any) -> exp.Expression:
    return exp.cast(value, "DECIMAL(38, 0)")


def _wide(node: Any, _: Types) -> Any:
    """No other database has whole numbers of 128 bits; 38 digits hold all that is worked out in them."""
    if isinstance(node, exp.DataType) and node.this == exp.DataType.Type.INT128:
        return exp.DataType.build("DECIMAL(38, 0)")
    return node


def _best(node: Any, _: Types) -> Any:
    """The value of the row that has the highest or lowest of another value."""
    if not isinstance(node, exp.ArgMax | exp.ArgMin):
        return node
    order = exp.Ordered(this=node.expression, desc=isinstance(node, exp.ArgMax), nulls_first=False)
    value = exp.ArrayAgg(this=exp.Order(this=node.this, expressions=[order]))
    filtered = node.parent if isinstance(node.parent, exp.Filter) else None
    if filtered is None:
        return _first(value)
    filtered.replace(_first(exp.Filter(this=value, expression=filtered.expression)))
    return node


def _first(array: Any) -> exp.Expression:
    return exp.Bracket(this=exp.Paren(this=array), expressions=[exp.Literal.number(1)], offset=1)


def _named(node: Any, _: Types) -> Any:
    """A selection that is selected from needs a name."""
    if isinstance(node, exp.Subquery) and not node.alias and isinstance(node.parent, exp.From | exp.Join):
        node.set("alias", exp.TableAlias(this=exp.to_identifier("q")))
    return node


def _nothing(node: Any, types: Types) -> Any:
    """What never has a value is a text to PostgreSQL as a column or a choice, which no whole number goes with."""
    if isinstance(node, exp.Case) and types.known(node) == "NULL":
        return exp.null()
    if isinstance(node, exp.Alias) and (isinstance(node.this, exp.Null) or types.known(node.this) == "NULL"):
        node.set("this", exp.cast(node.this, "BIGINT"))
    return node


def _quotient(node: Any, types: Types) -> Any:
    """Spark's DIV is cut to 64 bits without a word, so wide quotients are those of decimals, which leave nothing."""
    if not isinstance(node, exp.IntDiv) or types.known(node) != WIDE:
        return node
    left, right = node.this, node.expression
    whole = exp.Sub(this=left.copy(), expression=exp.Mod(this=left.copy(), expression=right.copy()))
    return _decimal(exp.Div(this=_decimal(whole), expression=right.copy()))


def _wide_sum(node: Any, _: Types) -> Any:
    """A sum that is cut down to 64 bits fits them; any other is one of decimals."""
    if not isinstance(node, exp.Sum) or isinstance(node.parent, exp.Window | exp.Cast):
        return node
    if isinstance(node.parent, exp.Filter) and isinstance(node.parent.parent, exp.Cast):
        return node
    node.set("this", _decimal(node.this))
    return node
