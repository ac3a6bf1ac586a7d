"""The types of SQL's expressions, as DuckDB has them: whole numbers, decimals, texts, days, truths, and no others.

What could come to a binary number is known to no rule here, and so is refused.
"""

from collections.abc import Mapping
from typing import Any

from sqlglot import exp

from kpidsl.core.columns import TYPES, width

WHOLE = tuple(TYPES.values())
TEXT, TRUTH, DAY, DECIMAL, NOTHING = "VARCHAR", "BOOLEAN", "DATE", "DECIMAL", "NULL"
TRUTHS = (exp.Predicate, exp.Connector, exp.Not, exp.Boolean, exp.LogicalOr)
TEXTS = (exp.DPipe, exp.Lower, exp.Trim)
SAME = (exp.Paren, exp.Alias, exp.Neg, exp.Abs, exp.Filter, exp.Window, exp.Max, exp.Min, exp.ArgMax, exp.ArgMin,
        exp.AnyValue, exp.Nullif, exp.Where, exp.Ordered, exp.IgnoreNulls)  # fmt: skip

WIDEST = (exp.Add, exp.Sub, exp.Mul, exp.IntDiv, exp.Mod, exp.Coalesce, exp.Greatest, exp.Least)
COUNTS = (exp.Count, exp.RowNumber, exp.DateDiff)
NAMED = {exp.DataType.Type.INT: "INTEGER", exp.DataType.Type.BIGINT: "BIGINT", exp.DataType.Type.INT128: "HUGEINT",
         exp.DataType.Type.TEXT: TEXT, exp.DataType.Type.VARCHAR: TEXT, exp.DataType.Type.BOOLEAN: TRUTH,
         exp.DataType.Type.DATE: DAY, exp.DataType.Type.DECIMAL: DECIMAL}  # fmt: skip
Columns = Mapping[str, str]


class UntypedError(Exception):
    """An expression that no rule knows; it might come to a binary number."""


class Types:
    """`tables`: the columns of the tables and named queries that are known, with their types."""

    def __init__(self, tables: Mapping[str, Columns]) -> None:
        self.tables = dict(tables)
        self._found: dict[int, tuple[Any, str]] = {}     # with the expression, so that no other gets its number

    def of_query(self, query: exp.Select) -> dict[str, str]:
        """The columns of a query. Raises UntypedError."""
        sources = self.sources(query)
        found: dict[str, str] = {}
        for item in query.expressions:
            if item.is_star:
                named = [sources[item.table]] if isinstance(item, exp.Column) else [*sources.values()]
                found.update({name: kind for columns in named for name, kind in columns.items()})
            else:
                found[item.alias_or_name] = self.of(item, sources)
        return found

    def sources(self, query: exp.Select) -> dict[str, Columns]:
        """What the columns of a query can be from, by what it is called there."""
        joined = [join.this for join in query.args.get("joins") or ()]
        first = query.args.get("from_") or query.args.get("from")
        return {source.alias_or_name: self._source(source) for source in ([first.this] if first else []) + joined}

    def _source(self, source: Any) -> Columns:
        if isinstance(source, exp.Subquery):
            assert isinstance(source.this, exp.Select)
            return self.of_query(source.this)
        return self.tables.get(source.name, {})

    def of(self, expr: Any, sources: Mapping[str, Columns]) -> str:
        """The type of an expression, every part of which has one. Raises UntypedError."""
        if id(expr) not in self._found:
            self._found[id(expr)] = expr, self._type(expr, sources)
        return self._found[id(expr)][1]

    def known(self, expr: Any) -> str:
        """The type of an expression in a query that was gone through; empty where it has none."""
        return self._found.get(id(expr), (None, ""))[1]

    def _type(self, expr: Any, sources: Mapping[str, Columns]) -> str:
        match expr:
            case exp.Column():
                return self._column(expr, sources)
            case exp.Literal():
                return self._literal(expr)
            case exp.Null():
                return NOTHING
            case exp.Cast():
                return self._cast(expr, sources)
        kinds = [self._part(part, sources) for part in expr.iter_expressions() if _has_type(part)]
        match expr:
            case exp.Case():
                last = expr.args.get("default")
                outcomes = [*(case.args["true"] for case in expr.args["ifs"]), *([last] if last is not None else [])]
                return self._widest([self.of(outcome, sources) for outcome in outcomes], expr)
            case exp.Sum():
                return self._widest([*kinds, "HUGEINT"], expr)
            case exp.Anonymous(this=name) if name.lower() == "gcd":
                return self._widest(kinds, expr)
        if isinstance(expr, TRUTHS):
            return TRUTH
        if isinstance(expr, COUNTS):
            return "BIGINT"
        if isinstance(expr, TEXTS):
            return TEXT
        if isinstance(expr, SAME):
            return self.of(expr.this, sources)
        if isinstance(expr, WIDEST):
            return self._widest(kinds, expr)
        raise UntypedError(f"{type(expr).__name__}: {expr.sql('duckdb')}")

    def _part(self, part: Any, sources: Mapping[str, Columns]) -> str:
        if isinstance(part, exp.If | exp.Order | exp.WindowSpec | exp.Star):     # they have parts, and no type
            for inner in part.iter_expressions():
                self._part(inner, sources)
            return NOTHING
        return next(iter(self.of_query(part).values())) if isinstance(part, exp.Select) else self.of(part, sources)

    def _widest(self, of: list[str], expr: Any) -> str:
        kinds = {*of} - {NOTHING}
        if not kinds:
            return NOTHING
        if kinds <= {*WHOLE}:
            return max(kinds, key=WHOLE.index)
        if isinstance(expr, exp.Mul) and kinds <= {DECIMAL, *WHOLE}:
            return DECIMAL
        if len(kinds) == 1 and not isinstance(expr, exp.Binary | exp.Sum):
            return kinds.pop()
        raise UntypedError(f"{sorted(kinds)}: {expr.sql('duckdb')}")

    def _column(self, expr: exp.Column, sources: Mapping[str, Columns]) -> str:
        named = [sources[expr.table]] if expr.table in sources else sources.values()
        for columns in named:
            if expr.name in columns:
                return columns[expr.name]
        raise UntypedError(f"no column {expr.sql('duckdb')}")

    def _literal(self, expr: exp.Literal) -> str:
        if expr.is_string:
            return TEXT
        if not expr.this.isdigit():
            raise UntypedError(f"a number with a decimal point: {expr.this}")
        return TYPES[width(0, int(expr.this))]

    def _cast(self, expr: exp.Cast, sources: Mapping[str, Columns]) -> str:
        """A decimal number may only be written to be cast to a decimal; a cast of it to a whole number is exact where
        it is a product that is whole.
        """
        kind, value = NAMED.get(expr.to.this), expr.this
        if kind is None:
            raise UntypedError(expr.sql("duckdb"))
        written = isinstance(value.unnest(), exp.Literal) or isinstance(value, exp.Neg)
        if not (kind == DECIMAL and written):
            self.of(value, sources)
        return kind



def _has_type(part: Any) -> bool:
    return not isinstance(part, exp.Identifier | exp.DataType | exp.Var)
