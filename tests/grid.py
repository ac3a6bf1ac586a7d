"""Runs of the grid-2014 policy, as the command line would make them."""

from functools import cache
from pathlib import Path

from literate import ROOT

from kpidsl.cli.scoring import Scored, score_all
from kpidsl.cli.sources import Inputs
from kpidsl.cli.terminal import load_policy
from kpidsl.policy.model import Policy

POLICY = str(ROOT / "policies/grid-2014.kpi")
EXAMPLES = ROOT / "examples"


@cache
def policy(path: str = POLICY) -> Policy:
    return load_policy(path, "en")


@cache
def scored(facts: str | Path = EXAMPLES / "grid-2014-05.csv", path: str = POLICY) -> Scored:
    return score_all(Inputs(path, str(facts), (), (), None), "en")
