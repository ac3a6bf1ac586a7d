"""Makes the example facts of grid-2014: the 28 real targets with made-up actuals.

    python examples/make_grid_2014.py [FOLDER]

The targets are printed in the document (grid-2014-05-targets.csv). The actuals are not: they are drawn here with a
fixed seed, and PLANNED then sets single cells so that every row of every band fires for somebody, its boundaries
included. Writes grid-2014-05.csv with its two files of events, the same in GB18030 and as a workbook, the facts of one
region for its own policy, and a copy with twelve different faults. Two runs write the same bytes.
"""

import csv
import datetime
import io
import random
import sys
from pathlib import Path

import xlsxwriter

HERE = Path(__file__).parent
SIGNED, WON_BACK = "统付签约", "高价值回流"
ACTUALS = [
    "预存本金", "产品净增", "综合接入净增", "商户接入净增", "组建累计", "当月组建", "成员收集数", "成员真实性",
    "换卡拍照用户数", "换卡用户数", "换套餐拍照用户数", "换套餐用户数", "存量合约数", "工作机数",
    "第1周回流", "第2周回流", "第3周回流", "第4周回流", "第5周回流", "驻点周数", "当月周数", "未走访未续签数",
    "预警及时率", "预警及时率目标", "卡客户回收率", "集团产品回收率", "客户满意度", "金牌上报率",
    "本年产品实收", "本年产品应收", "重大贡献加分", "重大失误扣分",
]  # fmt: skip

# (manager, column) -> cell. Boundaries: exactly on the edge, and a hair below it.
PLANNED = {
    # G1b: 2,999 is not yet a customer, 3,000 is one, 9,000 are three
    ("城区-01", "预存本金"): "2,999", ("城区-02", "预存本金"): "3,000", ("城区-03", "预存本金"): "9,000.00",
    # G2, G3: net loss
    ("城区-01", "产品净增"): "-3", ("城区-02", "综合接入净增"): "-4", ("城区-02", "商户接入净增"): "1",
    # G4: exactly 80%, just below it with and without 15 of the month, exactly 100%
    ("城区-05", "组建累计"): "56", ("城区-07", "组建累计"): "48", ("开发区-05", "组建累计"): "47",
    ("开发区-05", "当月组建"): "15", ("瓜沥-03", "组建累计"): "47", ("瓜沥-03", "当月组建"): "14",
    ("瓜沥-05", "组建累计"): "60", ("临浦-05", "组建累计"): "59",
    # G5: attainment exactly 80% and just below; genuine members exactly 90% and 80%, and a hair below each
    ("城区-01", "成员收集数"): "292", ("开发区-05", "成员收集数"): "192", ("义蓬-01", "成员收集数"): "316",
    ("义蓬-02", "成员收集数"): "378", ("城区-02", "成员收集数"): "368", ("城区-02", "成员真实性"): "90%",
    ("城区-03", "成员收集数"): "346", ("城区-03", "成员真实性"): "89.99%", ("城区-04", "成员收集数"): "273",
    ("城区-04", "成员真实性"): "80.00%", ("城区-05", "成员收集数"): "268", ("城区-05", "成员真实性"): "79.99%",
    # G6: exactly 40%, a hair below, above 5 points with 100 listed users and with 99
    ("城区-01", "换卡拍照用户数"): "5,000", ("城区-01", "换卡用户数"): "2,000",
    ("城区-02", "换卡拍照用户数"): "5,000", ("城区-02", "换卡用户数"): "1,999",
    ("城区-03", "换卡拍照用户数"): "100", ("城区-03", "换卡用户数"): "62",
    ("城区-04", "换卡拍照用户数"): "99", ("城区-04", "换卡用户数"): "62",
    # G7: exactly 30%, a hair below, capped and not
    ("开发区-01", "换套餐拍照用户数"): "5000", ("开发区-01", "换套餐用户数"): "1500",
    ("开发区-02", "换套餐拍照用户数"): "5000", ("开发区-02", "换套餐用户数"): "1499",
    ("开发区-03", "换套餐拍照用户数"): "100", ("开发区-03", "换套餐用户数"): "51",
    ("开发区-04", "换套餐拍照用户数"): "99", ("开发区-04", "换套餐用户数"): "51",
    # G8: exactly 40% and just below, exactly 100%
    ("城区-03", "存量合约数"): "8", ("城区-04", "存量合约数"): "7", ("城区-06", "存量合约数"): "18",
    # G9: none, exactly the target, above it
    ("瓜沥-01", "工作机数"): "0", ("瓜沥-02", "工作机数"): "167", ("瓜沥-03", "工作机数"): "２３０",
    # G10: two weeks running without any; a month of four weeks
    ("瓜沥-04", "第2周回流"): "0", ("瓜沥-04", "第3周回流"): "0", ("瓜沥-05", "第5周回流"): "",
    ("瓜沥-05", "第4周回流"): "0", ("瓜沥-05", "当月周数"): "4", ("瓜沥-06", "第4周回流"): "0",
    ("瓜沥-06", "第5周回流"): "0", ("瓜沥-07", "第1周回流"): "0", ("瓜沥-07", "第3周回流"): "0",
    # G11a, G11b: a week without a session; more deductions than points; just under a whole point
    ("临浦-01", "驻点周数"): "4", ("临浦-01", "当月周数"): "5", ("临浦-02", "未走访未续签数"): "17",
    ("临浦-03", "预警及时率"): "94.01%", ("临浦-04", "预警及时率"): "94%",
    # G11c and G13a: cards exactly 93%, a hair below, a whole step below, exactly 92%, below it
    ("临浦-01", "卡客户回收率"): "93%", ("临浦-02", "卡客户回收率"): "92.99%", ("临浦-03", "卡客户回收率"): "92.8%",
    ("临浦-04", "卡客户回收率"): "92%", ("临浦-05", "卡客户回收率"): "91.99%",
    # G11c: products exactly 90%, a hair below, a whole step below, exactly 80%, below it
    ("义蓬-01", "集团产品回收率"): "90%", ("义蓬-02", "集团产品回收率"): "89.99%",
    ("义蓬-03", "集团产品回收率"): "88%", ("义蓬-04", "集团产品回收率"): "80%", ("临浦-05", "集团产品回收率"): "79.99%",
    # G12a: every band and its edges
    ("临浦-01", "客户满意度"): "81%", ("临浦-02", "客户满意度"): "80.99%", ("临浦-03", "客户满意度"): "78%",
    ("临浦-04", "客户满意度"): "77.99%", ("临浦-05", "客户满意度"): "70%", ("义蓬-01", "客户满意度"): "69.99%",
    # G12b: every band and its edges
    ("义蓬-01", "金牌上报率"): "95%", ("义蓬-02", "金牌上报率"): "94.99%", ("义蓬-03", "金牌上报率"): "85%",
    ("义蓬-04", "金牌上报率"): "84.99%", ("城区-06", "金牌上报率"): "75%", ("城区-07", "金牌上报率"): "74.99%",
    # G13b: exactly 97.5% and a hair below
    ("城区-01", "本年产品应收"): "40,000", ("城区-01", "本年产品实收"): "39,000",
    ("城区-02", "本年产品应收"): "40,000", ("城区-02", "本年产品实收"): "38,999.99",
    # G15: within, above +5, below -5
    ("城区-01", "重大贡献加分"): "3", ("城区-02", "重大贡献加分"): "8", ("城区-03", "重大失误扣分"): "9.5",
    ("城区-04", "重大贡献加分"): "6", ("城区-04", "重大失误扣分"): "2",
}  # fmt: skip

# Customers that signed, by manager: their revenue. 99,999.99 counts once, 100,000 twice.
PLANNED_SIGNED = {
    "城区-01": [], "城区-02": ["0"], "城区-03": ["99,999.99"], "城区-04": ["100,000"], "城区-05": ["150000", "20,000"],
}  # fmt: skip
# Customers whose users were won back: (high-value users, won back). Exactly 20%, a hair below, none at all.
PLANNED_WON_BACK = {
    "城区-01": [("50", "10")], "城区-02": [("5000", "999")], "城区-03": [], "城区-04": [("10", "3"), ("20", "5")],
}  # fmt: skip


def targets() -> list[dict[str, str]]:
    with (HERE / "grid-2014-05-targets.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def actuals(row: dict[str, str], draw: random.Random) -> dict[str, str]:
    """A month of a manager who does tolerably well."""

    def share(low: float, high: float) -> str:
        return f"{draw.randint(int(low * 100), int(high * 100)) / 100:.2f}%"

    def near(target: str) -> str:
        return str(round(int(row[target]) * draw.randint(70, 115) / 100))

    swaps, plans, billed = draw.randint(60, 300), draw.randint(60, 300), draw.randint(20, 90) * 1000
    made = {
        "预存本金": f"{draw.randint(0, 8000):,}", "产品净增": str(draw.randint(-1, 4)),
        "综合接入净增": str(draw.randint(0, 4)), "商户接入净增": str(draw.randint(0, 5)),
        "组建累计": near("集团组建目标"),
        "当月组建": str(draw.randint(8, 20)), "成员收集数": near("成员收集目标"), "成员真实性": share(82, 100),
        "换卡拍照用户数": str(swaps), "换卡用户数": str(swaps * draw.randint(36, 60) // 100),
        "换套餐拍照用户数": str(plans), "换套餐用户数": str(plans * draw.randint(27, 45) // 100),
        "存量合约数": near("存量合约目标"), "工作机数": near("工作机目标"), "驻点周数": "5", "当月周数": "5",
        "未走访未续签数": str(draw.randint(0, 4)), "预警及时率": share(90, 100), "预警及时率目标": "95%",
        "卡客户回收率": share(91.5, 96), "集团产品回收率": share(82, 97), "客户满意度": share(76, 90),
        "金牌上报率": share(80, 100), "本年产品实收": f"{billed * draw.randint(960, 995) // 1000:,}",
        "本年产品应收": f"{billed:,}", "重大贡献加分": "0", "重大失误扣分": "0",
    }  # fmt: skip
    made |= {f"第{week}周回流": str(draw.randint(1, 6)) for week in range(1, 6)}
    return {column: PLANNED.get((row["客户经理"], column), made[column]) for column in ACTUALS}


def events(rows: list[dict[str, str]], draw: random.Random) -> tuple[list[list[str]], list[list[str]]]:
    signed, won_back = [["客户经理", "客户", "收入"]], [["客户经理", "客户", "高价值用户数", "回流用户数"]]
    for row in rows:
        name = row["客户经理"]
        drawn = [f"{draw.randint(5, 60) * 1000:,}" for _ in range(draw.randint(0, 2))]
        for at, revenue in enumerate(PLANNED_SIGNED.get(name, drawn), 1):
            signed.append([name, f"{name}签约客户{at}", revenue])
        pairs = [(str(users := draw.randint(5, 40)), str(users * draw.randint(5, 35) // 100))
                 for _ in range(draw.randint(0, 3))]  # fmt: skip
        for at, (users, back) in enumerate(PLANNED_WON_BACK.get(name, pairs), 1):
            won_back.append([name, f"{name}客户{at}", users, back])
    return signed, won_back


def faults(table: list[list[str]]) -> list[list[str]]:
    """The facts with twelve different faults: in the header, in ten cells, and a row that stands twice."""
    bad = [row[:] for row in table]
    at = {header: place for place, header in enumerate(bad[0])}
    for number, column, cell in (
        (2, "预存本金", "一万"),           # no number
        (3, "成员收集数", ""),             # empty
        (4, "成员真实性", "101%"),         # outside its range
        (5, "区域", "城区区"),             # no such region
        (6, "当月组建", "12.5"),           # half an account
        (7, "客户满意度", "86"),           # 86% or 86 times?
        (8, "本年产品应收", "4,00,00"),    # commas out of place
        (9, "换卡用户数", "#DIV/0!"),      # a formula that failed
        (10, "本年产品实收", "3.9E+04"),   # digits lost in Excel
        (11, "存量合约数", "-3"),          # a negative count
    ):  # fmt: skip
        bad[number - 1][at[column]] = cell
    bad[0][at["驻点周数"]] = "驻点周次"    # a header that nobody knows
    bad.append(bad[11][:])                 # the same manager twice
    return bad


def write_csv(path: Path, table: list[list[str]], encoding: str) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(table)
    path.write_bytes(buffer.getvalue().encode(encoding))


def write_workbook(path: Path, sheets: dict[str, list[list[str]]]) -> None:
    """As an office would have it: numbers as numbers, shares as Excel's percents."""
    book = xlsxwriter.Workbook(path)
    book.set_properties({"created": datetime.datetime(2000, 1, 1)})
    percent = book.add_format({"num_format": "0.00%"})
    for name, table in sheets.items():
        sheet = book.add_worksheet(name)
        for line, row in enumerate(table):
            for column, cell in enumerate(row):
                plain = cell.replace(",", "")
                if line and plain.endswith("%"):
                    sheet.write_number(line, column, float(f"{plain[:-1]}e-2"), percent)
                elif line and plain.lstrip("-").replace(".", "", 1).isdigit() and plain.isascii():
                    sheet.write_number(line, column, float(plain))
                else:
                    sheet.write_string(line, column, cell)
    book.close()


def main(folder: Path) -> None:
    draw = random.Random(201405)
    rows = targets()
    table = [[*rows[0], *ACTUALS]] + [[*row.values(), *actuals(row, draw).values()] for row in rows]
    signed, won_back = events(rows, draw)
    for stem, encoding in (("grid-2014-05", "utf-8-sig"), ("grid-2014-05-gb18030", "gb18030")):
        for suffix, content in (("", table), (f".{SIGNED}", signed), (f".{WON_BACK}", won_back)):
            write_csv(folder / f"{stem}{suffix}.csv", content, encoding)
    write_workbook(folder / "grid-2014-05.xlsx", {"数据": table, SIGNED: signed, WON_BACK: won_back})
    for suffix, content in (("", faults(table)), (f".{SIGNED}", signed), (f".{WON_BACK}", won_back)):
        write_csv(folder / f"grid-2014-05-faults{suffix}.csv", content, "gb18030")
    region(folder, table, signed, won_back, draw)


def region(folder: Path, table: list[list[str]], signed: list[list[str]], won_back: list[list[str]],
           draw: random.Random) -> None:
    """Linpu's own facts: its managers, with what its own item counts."""
    managers = [row for row in table if row[1] == "临浦"]
    shares = ("0.5%", "1%", "2.25%", "3%", "3.01%")
    own = [[*table[0], "宽带拆机率", "专线故障超时数"]]
    own += [[*row, share, str(draw.randint(0, 4))] for row, share in zip(managers, shares, strict=True)]
    for suffix, content in (("", own), (f".{SIGNED}", _of("临浦", signed)), (f".{WON_BACK}", _of("临浦", won_back))):
        write_csv(folder / f"grid-2014-linpu-05{suffix}.csv", content, "utf-8-sig")


def _of(region: str, table: list[list[str]]) -> list[list[str]]:
    return [table[0], *(row for row in table[1:] if row[0].startswith(region))]


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
