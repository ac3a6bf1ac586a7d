"""What a printed query says to those who read it: at its top, and before its columns."""

from collections.abc import Mapping, Sequence
from functools import partial

from kpidsl.core import nodes as n
from kpidsl.core.program import Program
from kpidsl.engines.printed.bounds import Expected, is_read, tables_of
from kpidsl.engines.printed.dialects import table_sql
from kpidsl.engines.printed.given import written
from kpidsl.engines.printed.parts import About, For, Read
from kpidsl.engines.printed.query import Asked, parts, text
from kpidsl.reports.policy_text import where
from kpidsl.reports.scores import columns, told_apart
from kpidsl.reports.words import phrase
from kpidsl.text.words import Lang, word_table

MOST_NAMES = 4


def query(program: Program, known: Expected, tables: Mapping[str, str], said: Mapping[str, str], lang: Lang) -> str:
    """The whole query; `tables` says what each table is called, `said` are the version, the dialect, the policy's path
    and that of the facts. Raises UnsupportedError and TooWideError.
    """
    say, shown, dialect = partial(phrase, lang), columns(program, lang), said["dialect"]
    headers = told_apart([*shown.headers, say("query status column")])
    names = [*shown.names, *(item.name for item in shown.shown)]
    named = list(zip(names, headers, strict=False))
    facts, results = named[: len(shown.names)], named[len(shown.names) :]
    asked = Asked(facts, results, headers[-1], {name: table_sql(table, dialect) for name, table in tables.items()})
    found = parts(program, known, asked, dialect, say)
    return head(program, known, tables, said, lang) + text(found, dialect, partial(comment, lang=lang))


def head(program: Program, known: Expected, tables: Mapping[str, str], said: Mapping[str, str], lang: Lang) -> str:
    """Comments at the top."""
    say = partial(phrase, lang)
    edition = say("query edition", edition=program.edition) if program.edition else ""
    lines = [say("query of", title=program.title, edition=edition, path=said["policy"], hash=program.hash),
             say("query by", version=said["version"], dialect=said["dialect"])]  # fmt: skip
    for name, table in tables_of(program):
        columns = say("list").join(item.header for item in table.fields if is_read(item, program, table))
        lines.append(say("query reads", table=tables[name], columns=columns))
    status = say("query status column")
    lines += [say("query numbers"), say("query whole"), say("query status", status=status)]
    if known.sizes is not None:
        lines.append(say("query assumed", digits=known.sizes.digits, places=known.sizes.places, status=status))
    else:
        lines.append(say("query seen", facts=said["facts"], status=status))
    if said["dialect"] == "spark":
        lines.append(say("query ansi"))
    return "".join(f"-- {one_line(line)}\n" for line in lines)


def comment(about: About, lang: Lang) -> str:
    """Before a column: what it is read from, or which rule it is, with its clause and line; empty for nothing."""
    say = partial(phrase, lang)
    match about:
        case Read(item=item, cells=cells):
            told = say("query cell", name=item.header, kind=word_table().say(item.kind.base, lang))
            if cells is not None:
                ends = {end: written(value, cells.places) for end, value in (("low", cells.low), ("high", cells.high))}
                told += say("query ends", **ends) + (say("query places", places=cells.places) if cells.places else "")
            return one_line(told)
        case For(definitions=(item,), own=True):
            return one_line(_of(item, lang))
        case For(definitions=items):
            return one_line(say("query for", names=_names(items, lang)))
    return ""


def _of(item: n.Definition, lang: Lang) -> str:
    role = f"{phrase(lang, item.role)} " if isinstance(item, n.Ledger) and item.role != "total" else ""
    source = phrase(lang, "clause", source=item.source) if isinstance(item, n.Ledger | n.Grade) and item.source else ""
    said = [f"{role}{item.label or phrase(lang, 'total')}", source, where(item.place, lang)]
    return phrase(lang, "comma").join(part for part in said if part)


def _names(items: Sequence[n.Definition], lang: Lang) -> str:
    names = [item.label or phrase(lang, "total") for item in items]
    told = phrase(lang, "list").join(names[:MOST_NAMES])
    return told if len(names) <= MOST_NAMES else told + phrase(lang, "query more", count=len(names))


def one_line(of: str) -> str:
    """A comment ends where its line does."""
    return " ".join(of.split())
