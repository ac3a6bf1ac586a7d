"""Where an expression stands: what names mean there, and where findings go."""

from collections.abc import Mapping
from dataclasses import field

from kpidsl.policy.model import FACT, GRADE, LEDGER, LET, RANK, Below, Symbol
from kpidsl.text.findings import Argument, Finding
from kpidsl.text.source import Span
from kpidsl.values.kinds import Kind
from kpidsl.values.node import Node, node

# What a period leaves behind for the next one.
KEPT = (FACT, LET, LEDGER, GRADE, RANK)


@node
class Scope(Node):
    """What names mean where an expression stands; `columns` are those of the rows that it goes over.

    `unit` is the period that is assessed, empty where there is none; `below` the results of the shorter ones.
    """

    symbols: Mapping[str, Symbol]
    findings: list[Finding]
    unit: str = ""
    below: Below = field(default_factory=dict)
    worth: bool = False
    columns: Mapping[str, Kind] = field(default_factory=dict)

    def report(self, code: str, span: Span, **args: Argument) -> None:
        self.findings.append(Finding(code, span, args))

    def knows(self, name: str) -> bool:
        return name in self.columns or name in self.symbols
