"""Facts for policies/manager-rules-2007.kpi: eighteen months of six managers, and their quarters. Made up."""

import csv
import random
from pathlib import Path

FOLDER = Path(__file__).parent
MANAGERS = {f"{area}-0{number}": area for area in ("东区", "西区") for number in (1, 2, 3)}
MONTHS = [f"{2007 + at // 12}-{at % 12 + 1:02}" for at in range(18)]
COUNTS = {"宽带新增": 5, "宽带流失": 3, "代维新增": 2, "代维流失": 1, "受理未达标项": 1, "新装未达标项": 1,
          "故障未达标项": 1, "查实投诉": 1, "查实表扬": 2, "未及时上报投诉": 0}  # fmt: skip
PROBATION = ("西区-03", "2008-04")     # the month in which a manager is new in the post
FALSIFIED = ("东区-02", "2007-08")
WEAK = ("西区-02", ("2007-10", "2007-11", "2007-12", "2008-01", "2008-02", "2008-03"))


def month(name: str, when: str, chance: random.Random) -> dict[str, object]:
    counts: dict[str, object] = {column: chance.randint(0, most) for column, most in COUNTS.items()}
    if name == WEAK[0] and when in WEAK[1]:
        counts |= {"宽带新增": 0, "宽带流失": 6, "代维新增": 0, "查实表扬": 0}
    row = {"客户经理": name, "片区": MANAGERS[name], "月份": when, **counts,
           "造假查实": "是" if (name, when) == FALSIFIED else "否", "收入超基数": chance.randint(-80, 160) * 100}
    if (name, when) == PROBATION:
        row |= {"试用期": "是", "月工资": 2200, "当月天数": 30, "休息天数": 8, "出勤天数": 21, "正式节日费": 300}
    return row


def quarter(name: str, when: str, chance: random.Random) -> dict[str, object]:
    base = chance.randint(50, 90) * 1000
    income = base + chance.randint(-30, 30) * 1000
    return {"客户经理": name, "季度": when, "季度收入": income, "季度基数": base, "主管加减分": chance.randint(-3, 3),
            "部门加减分": chance.randint(-3, 3), "主管满意率": f"{chance.randint(900, 1000) / 10}%",
            "部门经理满意率": f"{chance.randint(900, 1000) / 10}%"}


def write(name: str, rows: list[dict[str, object]]) -> None:
    headers = list(dict.fromkeys(header for row in rows for header in row))
    with (FOLDER / name).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, headers, restval="")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    chance = random.Random(2007)
    quarters = [f"{when[:4]}Q{int(when[5:]) // 3}" for when in MONTHS if int(when[5:]) % 3 == 0]
    write("manager-rules-2007.csv", [month(name, when, chance) for when in MONTHS for name in MANAGERS])
    write("manager-rules-2007.季度.csv", [quarter(name, when, chance) for when in quarters for name in MANAGERS])


if __name__ == "__main__":
    main()
