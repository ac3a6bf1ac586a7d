"""Rejects as files: the rows as they came, each with the reason, to be mended and run again."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from kpidsl.core.program import Table
from kpidsl.core.results import Outcome
from kpidsl.facts.headers import BLOCKING
from kpidsl.facts.join import Joined
from kpidsl.facts.read import Facts
from kpidsl.reports.scores import inert
from kpidsl.reports.words import phrase, phrases
from kpidsl.text.findings import Finding
from kpidsl.text.source import Cell
from kpidsl.text.wording import severity, texts
from kpidsl.text.words import LANGS, Lang


def rejected_rows(joined: Joined, outcome: Outcome) -> dict[int, list[int]]:
    """For each table, 0 being the facts, the numbers of its rows that are not used."""
    failed = {unscored.row for unscored in outcome.unscored}
    return {at: _bad(table, failed if at == 0 else set()) for at, table in enumerate(joined.tables)}


def _bad(table: Facts, failed: set[int]) -> list[int]:
    return [row.number for row in table.rows if not row.good or row.number in failed]


def reject_files(joined: Joined, outcome: Outcome, findings: Iterable[Finding], lang: Lang) -> dict[str, bytes]:
    """A CSV for each table that has rejects, by what its name adds to the facts' own: nothing, or the events' name."""
    told: dict[tuple[str, int], list[Finding]] = {}
    for finding in findings:
        if isinstance(finding.place, Cell) and severity(finding) == "error":
            told.setdefault((finding.place.table, finding.place.row), []).append(finding)
    files: dict[str, bytes] = {}
    for at, bad in rejected_rows(joined, outcome).items():
        table = joined.tables[at]
        if bad or table.owed:
            files[reject_name(table.table)] = _file(table, bad, told, lang)
    return files


def reject_name(table: Table) -> str:
    """What the name of a file of rejects adds to that of the results."""
    return f".{table.header}" if table.header else ""


def is_reject_file(path: Path) -> bool:
    """Whether a file is there that begins as files of rejects do, in whatever language."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        begun = file.readline()
    return any(begun.startswith(",".join(_head(lang)).encode("utf-8-sig")) for lang in LANGS)


def _head(lang: Lang) -> list[str]:
    return [phrase(lang, "row"), phrase(lang, "reason")]


def _file(table: Facts, bad: Sequence[int], told: Mapping[tuple[str, int], list[Finding]], lang: Lang) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([*_head(lang), *map(inert, table.sheet.header)])
    cells = dict(zip(table.sheet.numbers, table.sheet.rows, strict=True))
    twins = {row.number: row.twins for row in table.rows}
    of_table = told.get((table.sheet.name, 1), []) if table.sheet.top else [f for f in table.findings
                                                                            if f.code in BLOCKING]  # fmt: skip
    for number in bad:
        own = told.get((table.sheet.name, number), [])
        others = [finding for twin in twins.get(number, ()) for finding in told.get((table.sheet.name, twin), [])]
        twin = [finding for finding in others if finding.code == "D021"]
        reasons = [*own, *twin] or of_table
        said = phrases(lang)["join"].join(dict.fromkeys(_reason(finding, lang) for finding in reasons))
        writer.writerow([number, inert(said), *map(inert, cells[number])])
    for finding in told.get((table.sheet.name, 0), []):
        if finding.code == "D033":
            writer.writerow(["", inert(_reason(finding, lang))])
    return buffer.getvalue().encode("utf-8-sig")


def _reason(finding: Finding, lang: Lang) -> str:
    column = finding.place.column if isinstance(finding.place, Cell) else ""
    return f"{column}{phrases(lang)['colon'] if column else ''}{finding.code} {texts(finding, lang)['what']}"
