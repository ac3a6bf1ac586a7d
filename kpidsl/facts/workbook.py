"""Excel workbooks to texts, cell by cell, as Excel shows them: percents with their sign, failed formulas as such."""

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction

import python_calamine

from kpidsl.values.numerals import exact

# Excel keeps and shows fifteen digits; what is beyond them is noise of its binary numbers.
DIGITS = 15
PERCENT_FORMATS = (9, 10)
_CELL = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_ATTRIBUTE = re.compile(rb'\b(r|s|t)="([^"]*)"')
_VALUE = re.compile(rb"<v>([^<]*)</v>")

Grid = list[list[str]]
Marks = Mapping[tuple[int, int], str]


class NoWorkbookError(Exception):
    """The bytes are not a workbook."""


def read_workbook(data: bytes) -> dict[str, Grid]:
    """The visible sheets by name, each from its cell A1. Raises NoWorkbookError."""
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        shown = [tab.name for tab in book.sheets_metadata if tab.visible is python_calamine.SheetVisibleEnum.Visible]
        values = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in shown}
        marks = {name: _marks(data, name) for name in shown}
    except Exception as error:     # calamine has classes of its own, and the zip may be anything
        raise NoWorkbookError(str(error)) from error
    return {name: [[_text(cell, marks[name].get((row, column), "")) for column, cell in enumerate(line)]
                   for row, line in enumerate(lines)] for name, lines in values.items()}  # fmt: skip


def _text(cell: object, mark: str) -> str:
    if mark.startswith("#"):
        return mark
    match cell:
        case bool():
            return "是" if cell else "否"
        case float():
            value = Fraction(f"{cell:.{DIGITS}g}")
            return exact(value * 100) + "%" if mark == "%" else exact(value)
        case datetime():
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
    return str(cell)


def _marks(data: bytes, name: str) -> Marks:
    """By row and column from 0: "%" for a number that is shown as a percent, the error of a formula that failed."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return {}
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        path = _sheet_path(package, name)
        if path is None:
            return {}
        percents = _percent_styles(package)
        found: dict[tuple[int, int], str] = {}
        for cell in _CELL.finditer(package.read(path)):
            attributes = dict(_ATTRIBUTE.findall(cell.group(1)))
            if attributes.get(b"t") == b"e":
                error = _VALUE.search(cell.group(2) or b"")
                found[_place(attributes[b"r"])] = error.group(1).decode() if error else "#VALUE!"
            elif attributes.get(b"s", b"0") in percents:
                found[_place(attributes[b"r"])] = "%"
        return found


def _place(reference: bytes) -> tuple[int, int]:
    letters = reference.rstrip(b"0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return int(reference[len(letters) :]) - 1, column - 1


def _sheet_path(package: zipfile.ZipFile, name: str) -> str | None:
    """Where in the package the sheet is; None in formats that are built otherwise."""
    if "xl/workbook.xml" not in package.namelist():
        return None
    book = package.read("xl/workbook.xml").decode("utf-8")
    links = package.read("xl/_rels/workbook.xml.rels").decode("utf-8")
    for sheet in re.findall(r"<sheet\b[^>]*>", book):
        named, link = re.search(r'\bname="([^"]*)"', sheet), re.search(r'\br:id="([^"]*)"', sheet)
        if named and link and _unescaped(named.group(1)) == name:
            for target in re.findall(r"<Relationship\b[^>]*>", links):
                if f'Id="{link.group(1)}"' in target and (place := re.search(r'Target="([^"]*)"', target)):
                    return "xl/" + place.group(1).removeprefix("/xl/")
    return None


def _unescaped(text: str) -> str:
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(entity, character)
    return text


def _percent_styles(package: zipfile.ZipFile) -> set[bytes]:
    """The numbers of the cell styles that show percents."""
    if "xl/styles.xml" not in package.namelist():
        return set()
    styles = package.read("xl/styles.xml").decode("utf-8")
    own = re.findall(r'<numFmt\b[^>]*numFmtId="(\d+)"[^>]*formatCode="([^"]*)"', styles)
    formats = {*PERCENT_FORMATS, *(int(number) for number, code in own if "%" in code)}
    cells = re.search(r"<cellXfs\b.*?</cellXfs>", styles, re.DOTALL)
    used = re.findall(r'<xf\b[^>]*numFmtId="(\d+)"', cells.group() if cells else "")
    return {str(at).encode() for at, number in enumerate(used) if int(number) in formats}
