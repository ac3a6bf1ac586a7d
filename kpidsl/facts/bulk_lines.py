"""Files of which every line is written plainly: then the database may read the numbers in them by itself.

It would take more than it should (1e3; 5.7 as a whole number), so one pattern is held against each line first, which
costs a fourth of looking at each cell.
"""

from dataclasses import replace

from kpidsl.facts.bulk_reader import Reader
from kpidsl.facts.shapes import Shape, matches, shape

OPEN = r'[^,"\r\n]*'
"""A cell in which anything may stand that needs no quotes."""


def read_by_itself(reader: Reader, sample: str) -> None:
    """Columns whose cells in `sample` are plain numbers are read as such, if they are plain in every line."""
    found = {item.at: pattern for item in reader.matched
             if (own := reader.shapes.get(item.field.name)) is not None and own.exact is None
             and (pattern := _pattern(own, reader.held[item.field.name].places) if own.digits else None)}  # fmt: skip
    if not reader.source.file or not found:
        return
    asked = ", ".join(f"bool_and(c{at} IS NULL OR {matches(f'c{at}', pattern)})" for at, pattern in found.items())
    plain = reader.one(f"SELECT {asked} FROM {sample}")
    found = {at: pattern for (at, pattern), is_plain in zip(found.items(), plain, strict=True) if is_plain}
    line = ",".join(f"({found[at]})?" if at in found else OPEN for at in range(len(reader.source.columns)))
    every = f"SELECT count(*), count(*) FILTER (WHERE {matches('line', line)}) FROM {reader.source.whole_lines()}"
    rows, plainly = reader.one(every)
    counted = rows if rows == plainly else reader.source.lines     # without those that are empty at the end
    if plainly == counted:
        _retype(reader, set(found))


def _pattern(own: Shape, places: int) -> str | None:
    """A plain cell with no more decimals than those of the sample."""
    if own.tail and own.bare == "FALSE":    # the header has the sign, and which numbers it is right for hangs on them
        return None
    decimals = f"([.][0-9]{{1,{places}}})?" if places else ""
    return f"-?[0-9]{{1,{own.most}}}{decimals}{own.tail}"


def _retype(reader: Reader, plain: set[int]) -> None:
    kinds = {}
    for item in reader.matched:
        own, name = reader.shapes.get(item.field.name), item.field.name
        if own is None or item.at not in plain:
            continue
        places = reader.held[name].places
        if own.tail:
            reader.shapes[name] = replace(own, plain=f"({own.cell} IS NOT NULL)", times="1", bare="FALSE", exact=places)
            continue
        kinds[item.at] = f"DECIMAL({own.most + places}, {places})" if places else "BIGINT"
        found = shape(item, own.cell, kinds[item.at].replace(" ", ""))
        assert found is not None
        reader.shapes[name] = found
    reader.scan = reader.source.typed(kinds)
