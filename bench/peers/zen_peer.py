"""grid-2014 in GoRules' zen-engine: a graph of expressions and decision tables, evaluated row by row with its trace.

    python bench/peers/zen_peer.py FACTS SCORES          both .csv, or both .parquet

Its names must be ASCII, so facts are renamed. Places are taken by pandas: a graph sees one row at a time.
"""

import json
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import zen
from grid import GRADE, GRADES, LAST, OPEN, PLACE, REGION, RULES, SIGNED, SUBJECT, TOTAL, WON_BACK, events, files
from pandas_round import read

NAMES = {
    "统付目标": "customers_goal", "集团组建目标": "built_goal", "成员收集目标": "members_goal",
    "存量合约目标": "contracts_goal", "工作机目标": "phones_goal", "预存本金": "deposit", "产品净增": "products",
    "综合接入净增": "lines", "商户接入净增": "shops", "组建累计": "built", "当月组建": "built_now",
    "成员收集数": "members", "成员真实性": "real", "换卡拍照用户数": "cards_listed", "换卡用户数": "cards",
    "换套餐拍照用户数": "plans_listed", "换套餐用户数": "plans", "存量合约数": "contracts", "工作机数": "phones",
    "第1周回流": "week1", "第2周回流": "week2", "第3周回流": "week3", "第4周回流": "week4", "第5周回流": "week5",
    "驻点周数": "weeks_there", "当月周数": "weeks", "未走访未续签数": "missed", "预警及时率": "alerts",
    "预警及时率目标": "alerts_goal", "卡客户回收率": "cards_paid", "集团产品回收率": "products_paid",
    "客户满意度": "content", "金牌上报率": "gold", "本年产品实收": "paid", "本年产品应收": "due",
    "重大贡献加分": "merits", "重大失误扣分": "mistakes",
}  # fmt: skip
IDLE = " or ".join(f"(week{one} == 0 and week{other} == 0)" for one, other in pairwise(range(1, 6)))
FIRST = {
    "done": "sum(map(signed, max([1, floor(# / 50000)]))) + floor(deposit / 3000)",
    "built_rate": "built / built_goal",
    "members_rate": "members / members_goal",
    "cards_rate": "cards / cards_listed",
    "plans_rate": "plans / plans_listed",
    "contracts_rate": "contracts / contracts_goal",
    "r1": "round(done >= customers_goal ? 10 + 5 * (done - customers_goal) : done / customers_goal * 10, 2)",
    "r2": "max([3 * products, 0])",
    "r3": "max([3 * lines + 1.5 * shops, 0])",
    "r9": "round(min([phones / phones_goal, 1]) * 5, 2)",
    "r10": f"5 * count(won_back, #.back / #.listed >= 0.2) - (({IDLE}) ? 5 : 0)",
    "conduct": "max([3 - 0.2 * missed - 0.1 * floor(max([alerts_goal - alerts, 0]) * 100), 0])",
    "r13": "(cards_paid >= 0.93 ? 2.5 : 0) + (paid / due >= 0.975 ? 2.5 : 0)",
    "r15": "max([min([merits - mistakes, 5]), -5])",
}
TABLES: dict[str, tuple[tuple[str, ...], list[tuple[str, ...]]]] = {
    "r4": (("built_rate", "built_now"), [
        (">= 1", "", "15"), (">= 0.8", "", "round((built_rate - 0.8) / 0.2 * 15, 2)"), ("", ">= 15", "10"),
        ("", "", "0")]),
    "members_points": (("members_rate",), [
        (">= 1", "10"), (">= 0.8", "(members_rate - 0.8) / 0.2 * 10"), ("", "0")]),
    "real_factor": (("real",), [(">= 0.9", "1"), (">= 0.8", "real"), ("", "0")]),
    "r6": (("cards_rate", "cards_listed"), [
        ("< 0.4", "", "-5"), ("", "< 100", "min([round(50 * (cards_rate - 0.4), 2), 5])"),
        ("", "", "round(50 * (cards_rate - 0.4), 2)")]),
    "r7": (("plans_rate", "plans_listed"), [
        ("< 0.3", "", "-5"), ("", "< 100", "min([round(50 * (plans_rate - 0.3), 2), 5])"),
        ("", "", "round(50 * (plans_rate - 0.3), 2)")]),
    "r8": (("contracts_rate",), [(">= 1", "5"), (">= 0.4", "round(contracts_rate * 5, 2)"), ("", "0")]),
    "cards_owed": (("cards_paid",), [
        (">= 0.93", "0.5"), (">= 0.92", "-0.1 * floor((0.93 - cards_paid) / 0.002)"), ("", "-0.5")]),
    "products_owed": (("products_paid",), [
        (">= 0.9", "0.5"), (">= 0.8", "-0.1 * floor((0.9 - products_paid) / 0.02)"), ("", "-0.5")]),
    "pleased": (("content",), [
        (">= 0.81", "3"), (">= 0.78", "(content - 0.78) / 0.03 * 3"), (">= 0.7", "0"), ("", "-1")]),
    "told": (("gold",), [
        (">= 0.95", "2"), (">= 0.85", "(gold - 0.85) / 0.1 * 2"), (">= 0.75", "0"), ("", "-1")]),
}  # fmt: skip
LAST_SUMS = {
    "r5": "round(members_points * real_factor, 2)",
    "r11": "round((weeks_there >= weeks ? 2 : 0) + conduct + cards_owed + products_owed, 2)",
    "r12": "round(pleased + told, 2)",
}
KEYS = dict(zip(RULES, (f"r{at}" for at in range(1, len(RULES) + 1)), strict=True))
SUM = {"total": " + ".join(key for name, key in KEYS.items() if name != OPEN)}
GRADED = (("total",), [*((f">= {least}", f"'{grade}'") for least, grade in GRADES), ("", f"'{LAST}'")])


def expressions(name: str, of: dict[str, str]) -> dict[str, Any]:
    """An expression sees those before it as `$`."""
    lines = [{"id": key, "key": key, "value": value} for key, value in of.items()]
    return {"id": name, "type": "expressionNode", "name": name, "content": {"passThrough": True, "expressions": lines}}


def table(name: str, fields: tuple[str, ...], rows: list[tuple[str, ...]]) -> dict[str, Any]:
    rules = [{"_id": f"{name}{at}", **dict(zip(fields, row, strict=False)), "out": row[-1]}
             for at, row in enumerate(rows)]  # fmt: skip
    content = {"hitPolicy": "first", "passThrough": True, "rules": rules,
               "inputs": [{"id": field, "name": field, "field": field} for field in fields],
               "outputs": [{"id": "out", "name": name, "field": name}]}  # fmt: skip
    return {"id": name, "type": "decisionTableNode", "name": name, "content": content}


def graph() -> str:
    """One node after another."""
    rates = {key: value for key, value in FIRST.items() if key == "done" or key.endswith("_rate")}
    nodes = [
        {"id": "facts", "type": "inputNode", "name": "facts"},
        expressions("rates", rates),
        expressions("plain", {key: value for key, value in FIRST.items() if key not in rates}),
        *(table(name, *of) for name, of in TABLES.items()),
        expressions("sums", LAST_SUMS),
        expressions("total", SUM),
        table("grade", *GRADED),
        {"id": "scores", "type": "outputNode", "name": "scores"},
    ]
    edges = [{"id": f"{one['id']}-{other['id']}", "type": "edge", "sourceId": one["id"], "targetId": other["id"]}
             for one, other in pairwise(nodes)]  # fmt: skip
    return json.dumps({"nodes": nodes, "edges": edges})


def rows(path: Path) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """The facts, and each row as a graph takes it, with its events."""
    facts, signed, won_back = read(path), read(events(path, SIGNED)), read(events(path, WON_BACK))
    incomes = signed.groupby(SUBJECT)["收入"].agg(list).to_dict()
    pairs: dict[str, list[dict[str, float]]] = {}
    for who, listed, back in won_back[[SUBJECT, "高价值用户数", "回流用户数"]].itertuples(index=False):
        pairs.setdefault(who, []).append({"listed": listed, "back": back})
    plain = facts[[*NAMES]].rename(columns=NAMES).astype(object)
    made = plain.where(plain.notna(), None).to_dict("records")
    return facts, [{**row, "signed": incomes.get(who, []), "won_back": pairs.get(who, [])}
                   for row, who in zip(made, facts[SUBJECT], strict=True)]  # fmt: skip


def scores(path: Path) -> pd.DataFrame:
    facts, given = rows(path)
    decision = zen.ZenEngine().create_decision(graph())
    start = time.perf_counter()
    results = [decision.evaluate(row, {"trace": True})["result"] for row in given]
    print(f"{len(given) / (time.perf_counter() - start):.0f} rows a second evaluated")
    found = facts[[SUBJECT, REGION]].copy()
    for name, label in RULES.items():
        found[label] = [None if name == OPEN else result[KEYS[name]] for result in results]
    found[TOTAL] = [result["total"] for result in results]
    found[GRADE] = [result["grade"] for result in results]
    found[PLACE] = found.groupby(REGION)[TOTAL].rank(method="min", ascending=False).astype(int)
    return found


if __name__ == "__main__":
    source, target = files()
    result = scores(source)
    if target.suffix == ".csv":
        result.to_csv(target, index=False, encoding="utf-8-sig")
    else:
        result.to_parquet(target, index=False)
