"""`kpidsl verify`: results worked out once more, and what differs."""

import io
import json
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from kpidsl.cli.run import command as run
from kpidsl.cli.sources import asked_again
from kpidsl.cli.terminal import Command, lang_option, show_findings
from kpidsl.facts.places import is_address, place
from kpidsl.facts.sealed import Sealed, changed_facts, manifest_of, sealed_in
from kpidsl.facts.unlike import unlike
from kpidsl.facts.write import MANIFEST
from kpidsl.reports.words import phrase
from kpidsl.text.findings import Finding, RefusedError
from kpidsl.text.source import Cell
from kpidsl.text.words import LANGS, Lang


@click.command("verify", cls=Command, short_help="Work results out again and say what differs. 复核")
@lang_option
@click.argument("results", nargs=-1, required=True)
def command(lang: Lang, results: tuple[str, ...]) -> None:
    """Work RESULTS out again from their policy and facts, and say which score, entry or file differs.

    RESULTS are files that `kpidsl run` has written with their manifests, files of ledgers, or folders of such.
    """
    sealed: list[Sealed] = []
    for path in results:
        address = place(path)
        if address is not None:
            raise RefusedError([Finding("D079", Cell(address.shown))])
        found = list(sealed_in(Path(path)))
        if not found:
            raise RefusedError([Finding("D072", Cell(path))])
        sealed += found
    differing = 0
    for own in sealed:
        findings = list(_verified(own))
        show_findings(findings, lang)
        differing += bool(findings)
        if not findings:
            click.echo(phrase(lang, "verified", path=own.path))
    if differing:
        raise SystemExit(1)


def _verified(own: Sealed) -> Iterator[Finding]:
    """What differs between a result and the same worked out again."""
    given = _from(own)
    if given is None and _from(own, Path(own.manifest["run"]["facts"])) is not None:
        yield Finding("D073", Cell(str(own.path)), {"files": (own.manifest["run"]["policy"],)})
        return
    changed = changed_facts(own.manifest, given) if given is not None else (own.manifest["run"]["facts"],)
    if given is None or changed:
        yield Finding("D074", Cell(str(own.path)), {"files": changed})
        return
    differing: list[list[Finding]] = []
    for lang in LANGS:     # words of a result are in the language of whoever asked for it
        with TemporaryDirectory() as folder:
            with chdir(given):
                _again(own, Path(folder) / own.path.name, lang)
            differing.append(list(_compared(own, Path(folder))))
        if not differing[-1]:
            return
    yield from min(differing, key=lambda found: sum(one.code == "D077" for one in found))


def _from(own: Sealed, *wanted: Path) -> Path | None:
    """The folder from which the run was asked for, as policy and facts are there, or what is `wanted`: this one, or one
    above the result.
    """
    asked = asked_again(own.manifest["run"])
    files = wanted or [Path(path) for path in (asked.policy, asked.facts) if not is_address(path)]
    folders = (Path.cwd(), *own.path.resolve().parents)
    return next((folder for folder in folders if all((folder / file).is_file() for file in files)), None)


def _said(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _again(own: Sealed, target: Path, lang: Lang) -> None:
    """Runs it once more; nothing is written where the policy no longer lets it."""
    asked = own.manifest["run"]
    arguments = [asked["policy"], asked["facts"], "--keep-going", "--quiet", "--lang", lang]
    arguments += [part for event in asked["events"] for part in ("--events", event)]
    arguments += [part for param in asked["params"] for part in ("--param", param)]
    named = [name for name in ("encoding", "sheet", "period") if asked[name]]
    arguments += [part for name in named for part in (f"--{name}", asked[name])]
    arguments += ["--ledger", str(target), "-o", f"{target}.csv"] if own.ledgers else ["-o", str(target)]
    with redirect_stderr(io.StringIO()), suppress(SystemExit, click.ClickException):
        run.main(arguments, standalone_mode=False)


def _compared(own: Sealed, again: Path) -> Iterator[Finding]:
    other = manifest_of(again / own.path.name) if (again / own.path.name).exists() else None
    if other is None or own.manifest["policy_hash"] != other["policy_hash"]:
        yield Finding("D073", Cell(str(own.path)), {"files": tuple(own.manifest["policy_files"])})
        return
    for key in other:
        if own.manifest.get(key) != other[key]:
            yield Finding("D075", Cell(str(own.path)), {"name": key, "found": _said(own.manifest.get(key)),
                                                        "wanted": _said(other[key])})  # fmt: skip
    for name in sorted(path.name for path in again.iterdir() if own.has(path.name)):
        file = own.path.with_name(name)
        if name.endswith(MANIFEST):
            continue
        if not file.is_file():
            yield Finding("D076", Cell(str(file)))
        elif file.read_bytes() != (again / name).read_bytes():
            yield from unlike(file, again / name)
