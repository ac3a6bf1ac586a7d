"""A score and its ledgers as plain data: exact numbers as strings, places as file, line and text."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from kpidsl.core.program import Program
from kpidsl.core.results import Score
from kpidsl.ledger.losses import losses
from kpidsl.ledger.reconcile import Statement, reconcile
from kpidsl.reports.origins import Origin
from kpidsl.text.source import Span
from kpidsl.values.calendar import label
from kpidsl.values.kinds import Kind
from kpidsl.values.node import node_fields
from kpidsl.values.numerals import exact


def as_json(scores: Sequence[tuple[Score, Program]], manifest: Mapping[str, Any],
            origins: Sequence[Sequence[Origin]] = (), hidden: Sequence[str] = ()) -> str:  # fmt: skip
    """Each with who and when, where its points went, every ledger with every entry, grades and ranks; with the
    `origins` of its values, where they are given. `hidden`: what its reader is not shown.
    """
    explained = [document_of(score, program) for score, program in scores]
    for document, found in zip(explained, origins, strict=False):
        document["origins"] = [origin._asdict() for origin in found]
    document = {"manifest": manifest, "explained": explained, **({"hidden": list(hidden)} if hidden else {})}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def document_of(score: Score, program: Program) -> dict[str, Any]:
    """One score: who and when, where its points went, every ledger with every entry, grades and ranks."""
    headers = [program.headers[name] for name in program.within]
    statement = reconcile(score)
    moved = losses(score.total, score)
    return {
        "subject": score.subject,
        "row": score.row,
        "period": label(program.unit, score.period) if program.unit and score.period else None,
        "groups": dict(zip(headers, score.groups, strict=True)),
        "total": plain(score.total.balance),
        "statement": _statement(statement),
        "losses": [{"ledger": loss.account.name or "total", "kind": loss.kind, "amount": exact(loss.amount),
                    "clause": loss.entry.clause if loss.entry else None} for loss in moved],
        "ledgers": {name or "total": plain(account) for name, account in score.accounts.items()},
        "results": {name: plain(result) for name, result in score.results.items()},
    }  # fmt: skip


def _statement(statement: Statement) -> dict[str, str]:
    moves = {item.name: exact(getattr(statement, item.name)) for item in node_fields(statement)}
    return {**moves, "score": exact(statement.score)}


def plain(value: Any) -> Any:
    """Records as objects by their names, tuples as lists."""
    match value:
        case Span():
            return {"file": value.source.path, "line": value.line, "text": value.text}
        case Fraction():
            return exact(value)
        case date():
            return value.isoformat()
        case Kind():
            return value.base.value.lower()
        case tuple() if hasattr(value, "_fields"):
            return {name: plain(part) for name, part in zip(value._fields, value, strict=True)}
        case tuple():
            return [plain(part) for part in value]
    return value
