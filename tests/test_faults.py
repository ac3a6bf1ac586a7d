"""A single slip in a policy is told where it stands, and nowhere else: tests/faults/ has the slips, a file a family."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from literate import ROOT

from kpidsl.cli.main import group

FAMILIES = ("grid-2014", "manager-rules-2007", "service-kpi-2008", "team-norms-2008", "tiered-2013")


@dataclass(frozen=True)
class Fault:
    """One replacement in a file of policies, and the finding that tells it.

    `code` is left out where none tells it yet. `also` are other codes in the same line, `elsewhere` says that other
    lines follow from it; the first finding tells the fault all the same. `missed`: not told yet as it should be.
    """

    name: str
    file: str
    old: str
    new: str
    line: int
    code: str | None = None
    also: tuple[str, ...] = ()
    elsewhere: bool = False
    missed: bool = False
    expect: str = ""


def faults(family: str) -> list[Fault]:
    entries = yaml.safe_load((ROOT / f"tests/faults/{family}.yaml").read_text(encoding="utf-8"))
    return [Fault(**{**entry, "also": tuple(entry.get("also", ()))}) for entry in entries]


ALL = {family: faults(family) for family in FAMILIES}
CASES = [
    pytest.param(
        fault,
        id=f"{Path(fault.file).stem}: {fault.name}",
        marks=[pytest.mark.xfail(strict=True, reason=fault.expect)] if fault.missed else [],
    )
    for found in ALL.values()
    for fault in found
]


@pytest.mark.parametrize("family", FAMILIES)
def test_family_has_faults_that_apply(family: str) -> None:
    found = ALL[family]
    assert len(found) >= 20
    assert not [fault.name for fault in found if not fault.file.startswith(f"policies/{family}")]
    texts = {file: (ROOT / file).read_text(encoding="utf-8") for file in {fault.file for fault in found}}
    assert not [fault.name for fault in found if texts[fault.file].count(fault.old) != 1 or fault.old == fault.new]


@pytest.mark.parametrize("fault", CASES)
def test_fault_is_told_where_it_stands(fault: Fault, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    file = tmp_path / fault.file
    file.write_text(file.read_text(encoding="utf-8").replace(fault.old, fault.new), encoding="utf-8")
    arguments = ["check", str(file), "--strict", "--format", "json", "--lang", "en"]
    result = CliRunner(catch_exceptions=False).invoke(group, arguments)
    assert result.exit_code == 1, result.output
    told = [(found["code"], Path(found["path"]).name, found["line"]) for found in json.loads(result.stdout)]
    there = (file.name, fault.line)
    known = {code for code, *_ in told} if fault.code is None else {fault.code, *fault.also}
    if fault.elsewhere:
        code, *place = told[0]
        assert code in known, told
        assert (*place,) == there, told
    else:
        assert not [found for found in told if found[0] not in known or found[1:] != there], told
        assert fault.code in {None, *(code for code, *_ in told)}, told
