"""Every entry of every subject as a file beside the scores: what `run --ledger` writes."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from kpidsl.cli.large import stand_of
from kpidsl.cli.scoring import Level, Scored
from kpidsl.cli.sources import Inputs
from kpidsl.cli.targets import level_file
from kpidsl.core import nodes as n
from kpidsl.core.columns import ROW, quoted
from kpidsl.core.entries import exempt_name, kept_names, kept_of
from kpidsl.core.program import Program
from kpidsl.core.results import RankResult, Score
from kpidsl.facts.ledger_file import write
from kpidsl.facts.results import Result, Stand, put
from kpidsl.facts.write import Content
from kpidsl.reports import ledger_file as described
from kpidsl.text.words import Lang


def ledger_files(scored: Scored, inputs: Inputs, lang: Lang) -> dict[Path, Content]:
    """A file for each level; those of longer periods are called after these."""
    if inputs.ledger is None:
        return {}
    about = {"format": described.FORMAT, "manifest": scored.manifest,
             "policy": [{"path": file.path, "text": file.text} for file in scored.policy.files]}  # fmt: skip
    return {level_file(Path(inputs.ledger), level.program): partial(_write, level, about, lang)
            for level in scored.levels}  # fmt: skip


def _write(level: Level, about: Mapping[str, Any], lang: Lang, path: str) -> None:
    import duckdb

    if level.stored is not None:
        _copy(level.stored.connection, level, _of_stored(level), stand_of(level), about, lang, path)
        return
    with duckdb.connect() as connection:
        _copy(connection, level, *_put(level, connection), about, lang, path)


def _copy(connection: Any, level: Level, found: Mapping[str, Result], stand: Stand, about: Mapping[str, Any],
          lang: Lang, path: str) -> None:  # fmt: skip
    """`found`: the columns by what they hold: the row, who and when, balances, what is kept of entries, results."""
    columns: dict[str, str] = {}
    wholes: dict[str, described.Whole] = {}
    for name, own in found.items():
        per = f"{own.header}.per" if own.divisor != "1" else None
        columns[own.header] = own.sql
        if per is not None:
            columns[per] = own.divisor
        if own.scale:
            wholes[name] = described.Whole(own.header, own.scale, per)
    about = {**about, "level": described.described(level.program, wholes, lang)}
    write(connection, columns, stand, about, path)


def _heads(program: Program) -> list[tuple[str, str]]:
    """What tells whose an account is, and the types that it is stored as."""
    return [(name, "DATE" if name == program.dated else "VARCHAR") for name in program.heads]


def _entries(program: Program) -> Iterator[str]:
    for ledger in program.ledgers:
        yield ledger.name
        yield from kept_names(ledger)


def _of_stored(level: Level) -> dict[str, Result]:
    assert level.stored is not None
    program, scored = level.program, level.stored.scored
    found = {"\nrow": Result(ROW, quoted(ROW))}
    for name, kind in _heads(program):
        found[f"\n{name}"] = Result(program.headers[name], f"CAST({scored.heads[name]} AS {kind})")
    shown = {**scored.results, **scored.kept}
    for name in (*_entries(program), *(item.name for item in program.results)):
        own = shown[name]
        found[name] = Result(described.column_name(name), own.column, own.scale, own.divisor)
    return found


def _put(level: Level, connection: Any) -> tuple[dict[str, Result], Stand]:
    """The accounts of the exact engine as a table: what is kept of them."""
    program = level.program
    heads = _heads(program)
    names = [*_entries(program), *(item.name for item in program.results)]
    rows = [(Fraction(score.row), score.subject, *((score.period.isoformat(),) if score.period else ()), *score.groups,
             *(_values(score, program).get(name) for name in names)) for score in level.outcome.scores]  # fmt: skip
    headers = [ROW, *(program.headers[name] for name, _ in heads), *map(described.column_name, names)]
    grades = {item.name for item in program.results if isinstance(item, n.Grade)}
    numbers = [0, *(at for at, name in enumerate(names, 1 + len(heads)) if name not in grades)]
    made, stand = put(connection, headers, rows, f"ledgers {program.label}".strip(), numbers)
    kinds = ["BIGINT", *(kind for _, kind in heads)]
    typed = [own._replace(sql=f"CAST({own.sql} AS {kind})", scale=0) for own, kind in zip(made, kinds, strict=False)]
    kept = [own._replace(sql=f"CAST({own.sql} AS BOOLEAN)", scale=0) if name.endswith(exempt_name("")) else own
            for name, own in zip(names, made[len(typed) :], strict=True)]  # fmt: skip
    keys = ["\nrow", *(f"\n{name}" for name, _ in heads), *names]
    return dict(zip(keys, [*typed, *kept], strict=True)), stand


def _values(score: Score, program: Program) -> dict[str, Fraction | str | None]:
    """What a file of ledgers has of one subject, by name."""
    found: dict[str, Fraction | str | None] = {}
    for ledger in program.ledgers:
        account = score.accounts[ledger.name]
        found[ledger.name] = account.balance
        found |= {name: Fraction(value) for name, value in kept_of(ledger, account).items()}
    for name, result in score.results.items():
        if isinstance(result, RankResult):
            found[name] = None if result.rank is None else Fraction(result.rank)
        else:
            found[name] = result.grade or None
    return found
