"""What `explain --format json` writes has the form that is published."""

import json

import pytest
import schema
from jsonschema import Draft202012Validator
from test_policies import FAMILIES, run

from kpidsl.reports.account_json import as_json


def test_the_published_schema_is_that_of_the_records() -> None:
    assert schema.PATH.read_text(encoding="utf-8") == schema.text()


@pytest.mark.parametrize(("policy", "facts"), [(policy, facts) for policy, facts, _ in FAMILIES])
def test_accounts_have_the_published_form(policy: str, facts: str) -> None:
    scored = run(policy, facts)
    pairs = [(score, level.program) for level in scored.levels for score in level.outcome.scores[:6]]
    Draft202012Validator(schema.schema()).validate(json.loads(as_json(pairs, scored.manifest)))


def test_a_number_that_is_no_string_is_refused() -> None:
    scored = run(*FAMILIES[0][:2])
    document = json.loads(as_json([(scored.outcome.scores[0], scored.program)], scored.manifest))
    document["explained"][0]["total"] = 85.91
    assert list(Draft202012Validator(schema.schema()).iter_errors(document))
