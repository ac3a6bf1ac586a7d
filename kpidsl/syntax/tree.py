"""The typed tree of a .kpi file. Spans and comments do not count in equality; neither does the keywords' language."""

from collections.abc import Iterator
from dataclasses import field
from fractions import Fraction
from typing import Any

# For those who use the tree it is one; its nodes stand in three files.
from kpidsl.syntax.declared import *  # noqa: F403
from kpidsl.syntax.declared import Events, Extends, Facts, Header, Let, Param, Table
from kpidsl.syntax.expressions import *  # noqa: F403
from kpidsl.syntax.expressions import Bands, Choose, Ident, Node, Points
from kpidsl.syntax.kept import *  # noqa: F403
from kpidsl.syntax.kept import Claim, Example, Grade, Ledger, Posting, Rank, Require, Trend
from kpidsl.text.source import Span
from kpidsl.values import node as values
from kpidsl.values.node import changed, node, node_fields


@node
class Replacement(Node):
    """A declaration in the place of the parent's of its name."""

    line: "Param | Table | Let | Ledger | Grade | Rank"


@node
class Removal(Node):
    """Takes a declaration of the parent out; `role` is PARAM, TABLE, LET, PAYOUT, GRADE or RANK."""

    role: str
    name: Ident


@node
class Assess(Node):
    """What is assessed once a `unit`, over the periods within it."""

    unit: str
    rows: tuple["FileLine", ...] = ()


FileLine = (
    Header | Extends | Facts | Events | Param | Table | Let | Ledger | Grade | Rank | Example | Require | Replacement
    | Removal | Assess | Claim | Trend
)  # fmt: skip


@node
class File(values.Node):
    """The lines of a file, and its comments."""

    path: str = field(compare=False)
    lines: tuple[FileLine, ...]
    comments: tuple[str, ...] = field(compare=False)

    @property
    def text(self) -> str:
        """All of it."""
        return self.lines[0].span.source.text if self.lines else ""


def canonical(tree: Any) -> str:
    """A text that is the same for equal trees, whatever their keywords' language, layout and comments."""
    if isinstance(tree, values.Node):
        inner = " ".join(canonical(getattr(tree, f.name)) for f in node_fields(tree) if f.compare)
        return f"({type(tree).__name__} {inner})"
    if isinstance(tree, tuple):
        return "[" + " ".join(map(canonical, tree)) + "]"
    return repr(str(tree) if isinstance(tree, Fraction) else tree)


def with_rows(head: Any, rows: tuple[Any, ...]) -> Any:
    """`head`, a line that heads a block, holding the rows of that block."""
    match head:
        case Posting(amount=Bands() | Points() | Choose()):
            return changed(head, amount=with_rows(head.amount, rows))
        case Let(value=Bands() | Points() | Choose()):
            return changed(head, value=with_rows(head.value, rows))
        case Replacement():
            return changed(head, line=with_rows(head.line, rows))
    return changed(head, rows=rows)


def walk(tree: Any) -> Iterator[Any]:
    """`tree` and every node in it, outermost first."""
    pending = [tree]
    while pending:
        current = pending.pop()
        if isinstance(current, tuple) and not isinstance(current, Span):
            pending += reversed(current)
        elif isinstance(current, Node):
            yield current
            pending += [getattr(current, name) for name in reversed(current.__match_args__) if name != "span"]
