"""Facts of grid-2014 in any number: the same bytes each time, spread over all bands with their boundaries.

    python bench/facts.py ROWS [FOLDER] [--format csv|parquet]

Writes FOLDER/grid-ROWS.csv (or .parquet) and its two tables of events beside it. What stands in a cell hangs only on
the number of its row and on its column, by whole numbers that are mixed in SQL: no version of anything changes it.
"""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import duckdb

SEED = 201405
FOLDER = Path(__file__).parent / "data"
SUBJECT, SIGNED, WON_BACK = "客户经理", "统付签约", "高价值回流"
FORMATS = ("csv", "parquet")
MIX = """
CREATE MACRO stirred(x) AS xor(x, x >> 16) * 73244475 % 4294967296;
CREATE MACRO draw(n, salt) AS stirred(stirred((n * 2654435761 + salt * 40503 + {seed}) % 4294967296));
CREATE MACRO among(n, salt, low, high) AS low + draw(n, salt) % (high - low + 1);
"""


class Field(NamedTuple):
    """A column: SQL of a whole number (or a text, of which `decimals` is None), its decimals, and whether a share."""

    name: str
    sql: str
    decimals: int | None = 0
    share: bool = False

    def text(self) -> str:
        """As an export writes it."""
        name = quoted(self.name)
        if self.decimals is None or not self.decimals:
            return name
        unit = 10**self.decimals
        return f"{name} // {unit} || '.' || lpad(CAST({name} % {unit} AS VARCHAR), {self.decimals}, '0')" + (
            " || '%'" if self.share else ""
        )

    def typed(self) -> str:
        """As a database has it: whole numbers, decimals; shares as parts of 1."""
        name = quoted(self.name)
        if self.decimals is None:
            return name
        decimals = self.decimals + (2 if self.share else 0)
        if not decimals:
            return f"CAST({name} AS INTEGER)"
        return f"CAST(CAST({name} AS DECIMAL(18, 0)) * {'0.' + '0' * (decimals - 1) + '1'} AS DECIMAL(12, {decimals}))"


def quoted(name: str) -> str:
    return f'"{name}"'


def near(salt: int, target: str, edges: Iterable[int], low: int = 60, high: int = 120) -> str:
    """A part of a target in percent: often on one of the `edges`, or one unit from it."""
    share = often(salt, edges, low, high)
    return f"greatest(0, {quoted(target)} * {share} // 100 + {_beside(salt + 1)})"


def often(salt: int, edges: Iterable[int], low: int, high: int) -> str:
    """From `low` to `high`; every fourth is one of the `edges`."""
    listed = list(edges)
    edge = f"list_value({', '.join(map(str, listed))})[1 + draw(n, {salt + 2}) % {len(listed)}]"
    return f"CASE WHEN draw(n, {salt + 3}) % 4 = 0 THEN {edge} ELSE among(n, {salt}, {low}, {high}) END"


def _beside(salt: int) -> str:
    """Mostly 0, now and then one more or less."""
    return f"(CASE draw(n, {salt}) % 8 WHEN 0 THEN 1 WHEN 1 THEN -1 ELSE 0 END)"


def share(salt: int, edges: Iterable[int], low: int, high: int) -> str:
    """Hundredths of percents; the ends of `edges`, and a hair below them."""
    return often(salt, [value for edge in edges for value in (edge * 10, edge * 10 - 1)], low * 100, high * 100)


REGIONS = "list_value('城区', '城区', '城区', '开发区', '开发区', '瓜沥', '瓜沥', '瓜沥', '临浦', '义蓬')"
FIELDS = (
    Field(SUBJECT, "\"区域\" || '-' || lpad(CAST(n AS VARCHAR), 8, '0')", None),
    Field("区域", f"{REGIONS}[1 + draw(n, 1) % 10]", None),
    Field("客户经理类型", "CASE WHEN draw(n, 2) % 4 = 0 THEN '专职' ELSE '网格' END", None),
    Field("统付目标", "among(n, 3, 1, 12)"),
    Field("集团产品目标", "among(n, 4, 20, 120)"),
    Field("全业务目标", "among(n, 5, 20, 80)"),
    Field("集团组建目标", "5 * among(n, 6, 6, 16)"),
    Field("成员收集目标", "5 * among(n, 7, 30, 90)"),
    Field("换卡目标", "among(n, 8, 60, 90) * 10", 1, True),
    Field("换套餐目标", "among(n, 9, 40, 60) * 10", 1, True),
    Field("存量合约目标", "5 * among(n, 10, 2, 10)"),
    Field("工作机目标", "among(n, 11, 100, 400)"),
    Field("预存本金", often(20, (0, 299999, 300000, 599999, 600000, 900000), 0, 2400000), 2),
    Field("产品净增", "among(n, 30, -2, 5)"),
    Field("综合接入净增", "among(n, 31, -2, 5)"),
    Field("商户接入净增", "among(n, 32, -3, 6)"),
    Field("组建累计", near(40, "集团组建目标", (80, 100), 60, 120)),
    Field("当月组建", "among(n, 45, 8, 22)"),
    Field("成员收集数", near(50, "成员收集目标", (80, 100), 60, 120)),
    Field("成员真实性", share(60, (800, 900, 1000), 70, 100), 2, True),
    Field("换卡拍照用户数", often(70, (99, 100, 101), 40, 3000)),
    Field("换卡用户数", near(73, "换卡拍照用户数", (40, 50), 25, 75)),
    Field("换套餐拍照用户数", often(80, (99, 100, 101), 40, 3000)),
    Field("换套餐用户数", near(83, "换套餐拍照用户数", (30, 40), 15, 65)),
    Field("存量合约数", near(90, "存量合约目标", (40, 100), 20, 120)),
    Field("工作机数", near(95, "工作机目标", (0, 100), 0, 130)),
    *(Field(f"第{week}周回流", f"greatest(0, among(n, {100 + week}, -2, 6))") for week in (1, 2, 3, 4)),
    Field("第5周回流", 'CASE WHEN "当月周数" = 5 THEN greatest(0, among(n, 105, -2, 6)) END'),
    Field("驻点周数", "among(n, 110, 3, 5)"),
    Field("当月周数", "among(n, 111, 4, 5)"),
    Field("未走访未续签数", "greatest(0, among(n, 112, -4, 17))"),
    Field("预警及时率", share(120, (940, 945, 950), 60, 100), 2, True),
    Field("预警及时率目标", "among(n, 125, 93, 96) * 100", 2, True),
    Field("卡客户回收率", share(130, (920, 924, 926, 928, 930), 90, 96), 2, True),
    Field("集团产品回收率", share(140, (800, 880, 900), 75, 98), 2, True),
    Field("客户满意度", share(150, (700, 780, 810), 66, 90), 2, True),
    Field("金牌上报率", share(160, (750, 850, 950), 70, 100), 2, True),
    Field("本年产品实收", '"本年产品应收" // 1000 * ' + often(170, (974, 975), 940, 1000) + f" + {_beside(175)}", 2),
    Field("本年产品应收", "1000 * among(n, 180, 2000, 90000)", 2),
    Field("重大贡献加分", "greatest(0, among(n, 190, -20, 9))"),
    Field("重大失误扣分", "greatest(0, among(n, 191, -200, 95))", 1),
)
FIRST = ("区域", "当月周数", "本年产品应收")
"""Fields that fields before them are made of."""
SIGNED_FIELDS = (
    Field(SUBJECT, "owner", None),
    Field("客户", "owner || '签约' || k", None),
    Field("收入", often(200, (0, 4999999, 5000000, 9999999, 10000000, 15000000), 500000, 12000000), 2),
)
WON_BACK_FIELDS = (
    Field(SUBJECT, "owner", None),
    Field("客户", "owner || '客户' || k", None),
    Field("高价值用户数", "5 * among(n, 210, 1, 40)"),
    Field("回流用户数", near(211, "高价值用户数", (20,), 0, 40)),
)
MOST = {SIGNED: (220, 2), WON_BACK: (221, 3)}
"""The most rows of events that one subject has, and what they are drawn by."""


def tables(connection: duckdb.DuckDBPyConnection, rows: int) -> dict[str, tuple[str, tuple[Field, ...]]]:
    """The facts, under no name, and both tables of events: SQL of each, and its fields."""
    connection.execute(MIX.format(seed=SEED))
    made = sorted(FIELDS, key=lambda field: field.name not in FIRST)
    columns = ", ".join(f"{field.sql} AS {quoted(field.name)}" for field in made)
    found = {"": (f"SELECT {columns} FROM range(1, {rows + 1}) AS made(n)", FIELDS)}
    owner, region = FIELDS[0].sql, FIELDS[1].sql
    for name, fields in ((SIGNED, SIGNED_FIELDS), (WON_BACK, WON_BACK_FIELDS)):
        salt, most = MOST[name]
        owned = f"SELECT n, {region} AS \"区域\", {owner} AS owner FROM range(1, {rows + 1}) AS made(n)"
        numbered = (f"SELECT owner, k, n * {most} + k AS n FROM ({owned}) AS owned, range(1, {most + 1}) AS many(k) "
                    f"WHERE k <= draw(n, {salt}) % {most + 1}")  # fmt: skip
        columns = ", ".join(f"{field.sql} AS {quoted(field.name)}" for field in fields)
        found[name] = (f"SELECT {columns} FROM ({numbered})", fields)
    return found


def path(folder: Path, rows: int, form: str, table: str = "") -> Path:
    return folder / f"grid-{rows}{'.' if table else ''}{table}.{form}"


def make(rows: int, folder: Path = FOLDER, form: str = "csv") -> Path:
    """The file of facts, with its events beside it; made only if it is not there."""
    if path(folder, rows, form).exists():
        return path(folder, rows, form)
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        for name, (query, fields) in reversed(tables(connection, rows).items()):
            how = "HEADER, DELIMITER ','" if form == "csv" else "FORMAT parquet"
            shown = (field.text() if form == "csv" else field.typed() for field in fields)
            columns = ", ".join(f"{sql} AS {quoted(field.name)}" for sql, field in zip(shown, fields, strict=True))
            beside = path(folder, rows, form, name).with_suffix(".part")
            connection.execute(f"COPY (SELECT {columns} FROM ({query})) TO '{beside}' ({how})")
            beside.rename(path(folder, rows, form, name))
    return path(folder, rows, form)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", type=int)
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    parser.add_argument("--format", choices=FORMATS, default="csv")
    asked = parser.parse_args()
    print(make(asked.rows, asked.folder, asked.format))
