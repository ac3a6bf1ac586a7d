"""`kpidsl check --fix`: mends that are ready, one after the other, each kept only where it does what it promises."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from os.path import realpath
from pathlib import Path

import click

from kpidsl.cli.drafts import Draft, read_draft
from kpidsl.cli.terminal import read_source
from kpidsl.facts.write import write_first
from kpidsl.policy.files import Reader
from kpidsl.reports.words import phrase, phrases
from kpidsl.text.findings import Finding
from kpidsl.text.mends import edits
from kpidsl.text.source import Source, Span
from kpidsl.text.wording import exchanged, severity, texts, where
from kpidsl.text.words import Lang
from kpidsl.values.node import Node, node

Check = Callable[[str, Reader], list[Finding]]
Drafts = Mapping[str, Draft]
"""By their real paths: the files that may be changed."""
MOST = 200
"""Mends of a policy in one go."""


@node
class Fixed(Node):
    """The drafts with the mends that were `done`. Those of `failed` are left out: they did not do what they promise."""

    drafts: Drafts
    done: tuple[Finding, ...] = ()
    failed: tuple[Finding, ...] = ()
    left: tuple[Finding, ...] = ()


def fix(policies: Sequence[str], check: Check, lang: Lang) -> None:
    """Mends the files, writes those that changed, and tells what was done. Raises OSError, RefusedError."""
    read = {realpath(policy): read_draft(policy) for policy in policies}
    drafts: Drafts = read
    for policy in policies:
        fixed = fixed_for(policy, drafts, check)
        drafts = fixed.drafts
        _tell(fixed, lang)
    new = {path: draft for path, draft in drafts.items() if draft.raw != read[path].raw}
    write_first({Path(path): draft.data for path, draft in new.items()})
    if new:
        names = phrases(lang)["list"].join(draft.path for draft in new.values())
        click.echo(phrase(lang, "written", paths=names), err=True)


def fixed_for(policy: str, drafts: Drafts, check: Check) -> Fixed:
    """The drafts with all that can be mended of what the check of `policy` finds."""
    findings = check(policy, _reader(drafts))
    done: list[Finding] = []
    failed: list[Finding] = []
    while len(done) < MOST:
        mend = next((found for found in findings if _within(found, drafts) and found not in failed), None)
        if mend is None:
            break
        tried = _mended(mend, drafts)
        after = check(policy, _reader(tried))
        if _mends(mend, findings, after):
            drafts, findings, failed = tried, after, []
            done.append(mend)
        else:
            failed.append(mend)
    outside = tuple(found for found in findings if edits(found) and not _within(found, drafts))
    return Fixed(drafts, tuple(done), tuple(failed), outside)


def _reader(drafts: Drafts) -> Reader:
    def read(path: str) -> Source:
        draft = drafts.get(realpath(path))
        return Source(path, draft.text) if draft is not None else read_source(path)

    return read


def _within(finding: Finding, drafts: Drafts) -> bool:
    """Whether it has a mend, and that in files that may be changed."""
    changes = edits(finding)
    return bool(changes) and all(realpath(change.span.source.path) in drafts for change in changes)


def _mended(finding: Finding, drafts: Drafts) -> Drafts:
    changes = edits(finding)
    paths = {realpath(change.span.source.path) for change in changes}
    return {**drafts, **{path: drafts[path].mended(change for change in changes
                                                   if realpath(change.span.source.path) == path)
                         for path in paths}}  # fmt: skip


def _mends(mend: Finding, before: list[Finding], after: list[Finding]) -> bool:
    """Whether the finding is gone, no more lines than before cannot be read, and in the lines that were changed
    nothing else is wrong now but what has a mend itself.
    """
    was, now = Counter(map(_key, before)), Counter(map(_key, after))
    unread = [sum(found.code[0] in "LS" for found in findings) for findings in (before, after)]
    lines = {(realpath(change.span.source.path), change.span.line) for change in edits(mend)}
    worse = (found for found in after if _key(found) not in was and severity(found) == "error" and not edits(found)
             and isinstance(found.place, Span) and (realpath(found.place.source.path), found.place.line) in lines)
    return now[_key(mend)] < was[_key(mend)] and unread[1] <= unread[0] and not any(worse)


def _key(finding: Finding) -> tuple[str, str]:
    return finding.code, texts(finding, "en")["what"]


def _tell(fixed: Fixed, lang: Lang) -> None:
    for name, findings in (("mended", fixed.done), ("not mended", fixed.failed), ("not named", fixed.left)):
        for found in findings:
            changes = edits(found)
            said = phrase(lang, name, where=where(changes[0].span, lang), code=found.code,
                          change=exchanged(changes, lang), path=changes[0].span.source.path)  # fmt: skip
            click.echo(said, err=True)
