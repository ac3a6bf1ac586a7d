"""The form of `kpidsl explain --format json`, from the records themselves: `make examples` writes it to docs/."""

import json
from collections.abc import Hashable, Mapping
from datetime import date
from fractions import Fraction
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from literate import ROOT

from kpidsl.core.results import Account, GradeResult, RankResult
from kpidsl.ledger.reconcile import Statement
from kpidsl.values.kinds import Kind
from kpidsl.values.node import node_fields

PATH = ROOT / "docs" / "explain.schema.json"
NUMBER = {"type": "string", "pattern": r"^-?\d+(\.\d+|/\d+)?$", "description": "exact: a decimal, or n/d"}
PLACE = {"type": ["object", "null"], "description": "where it stands in the policy",
         "properties": {"file": {"type": "string"}, "line": {"type": "integer"}, "text": {"type": "string"}},
         "required": ["file", "line", "text"]}  # fmt: skip
PLAIN: dict[Any, Any] = {
    Fraction: NUMBER, str: {"type": "string"}, int: {"type": "integer"}, bool: {"type": "boolean"},
    NoneType: {"type": "null"}, Hashable: PLACE, Kind: {"type": "string"}, date: {"type": "string", "format": "date"},
}  # fmt: skip


def schema() -> dict[str, Any]:
    records: dict[str, Any] = {}
    parts = [f.name for f in node_fields(Statement())]
    loss = {"ledger": PLAIN[str], "kind": {"enum": ["not_earned", "bonus", "deductions", "limits", "rounding"]},
            "amount": NUMBER, "clause": _any(str, NoneType, records=records)}  # fmt: skip
    explained = {
        "subject": PLAIN[str], "row": PLAIN[int], "period": _any(str, NoneType, records=records),
        "groups": {"type": "object", "additionalProperties": PLAIN[str]},
        "total": _any(Fraction, NoneType, records=records),
        "statement": _object(dict.fromkeys((*parts, "score"), NUMBER)),
        "losses": {"type": "array", "items": _object(loss)},
        "ledgers": {"type": "object", "additionalProperties": _of(Account, records)},
        "results": {"type": "object", "additionalProperties": _any(GradeResult, RankResult, records=records)},
    }
    origin = _object(dict.fromkeys(("name", "written", "place"), PLAIN[str]))
    one = _object(explained)
    one["properties"]["origins"] = {"type": "array", "items": origin, "description": "with --for auditor"}
    whole = _object({"manifest": {"type": "object"}, "explained": {"type": "array", "items": one}})
    whole["properties"]["hidden"] = {"type": "array", "items": PLAIN[str], "description": "with --for payee"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "kpidsl explain --format json",
        **whole,
        "$defs": records,
    }  # fmt: skip


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    required = {"required": list(properties), "additionalProperties": False}
    return {"type": "object", "properties": dict(properties), **required}


def _any(*kinds: Any, records: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [_of(kind, records) for kind in kinds]}


def _of(kind: Any, records: dict[str, Any]) -> Any:
    """`records` are those that were met, by their names."""
    if kind in PLAIN:
        return PLAIN[kind]
    if get_origin(kind) in (Union, UnionType):
        return _any(*get_args(kind), records=records)
    if get_origin(kind) is tuple:
        return {"type": "array", "items": _of(get_args(kind)[0], records)}
    if kind.__name__ not in records:
        records[kind.__name__] = {}
        said = {"description": " ".join((kind.__doc__ or "").split())}
        fields = {name: _of(own, records) for name, own in get_type_hints(kind).items()}
        records[kind.__name__] = {**said, **_object(fields)}
    return {"$ref": f"#/$defs/{kind.__name__}"}


def text() -> str:
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
