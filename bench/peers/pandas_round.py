"""grid-2014 in pandas, with floats and their own round: the way of most notebooks.

    python bench/peers/pandas_round.py FACTS SCORES          both .csv, or both .parquet
"""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from grid import (
    GRADE,
    GRADES,
    LAST,
    OPEN,
    PLACE,
    REGION,
    RULES,
    SHARES,
    SIGNED,
    SUBJECT,
    TOTAL,
    WON_BACK,
    events,
    files,
)


def read(path: Path) -> pd.DataFrame:
    """Numbers as floats, shares as parts of 1."""
    if path.suffix == ".parquet":
        frame = pd.read_parquet(path, dtype_backend="pyarrow")
        numbers = [name for name, kind in frame.dtypes.items() if str(kind).startswith(("decimal", "int"))]
        return frame.astype(dict.fromkeys(numbers, "float64"))
    frame = pd.read_csv(path, engine="pyarrow")
    for name in SHARES:
        if name in frame:
            frame[name] = frame[name].str.rstrip("%").astype(float) / 100
    return frame


def with_events(path: Path) -> pd.DataFrame:
    facts = read(path)
    signed, won_back = read(events(path, SIGNED)), read(events(path, WON_BACK))
    counted = (signed["收入"] // 50_000).clip(lower=1).groupby(signed[SUBJECT]).sum()
    back = (won_back["回流用户数"] / won_back["高价值用户数"] >= 0.2).groupby(won_back[SUBJECT]).sum()
    facts["done"] = facts[SUBJECT].map(counted).fillna(0).astype(float) + facts["预存本金"] // 3_000
    facts["back"] = facts[SUBJECT].map(back).fillna(0).astype(float)
    return facts


def growth(f: pd.DataFrame) -> dict[str, pd.Series | np.ndarray]:
    done, goal = f["done"], f["统付目标"]
    built, members, real = f["组建累计"] / f["集团组建目标"], f["成员收集数"] / f["成员收集目标"], f["成员真实性"]
    return {
        "统付新增": np.where(done >= goal, 10 + 5 * (done - goal), done / goal * 10),
        "集团产品渗透": (3 * f["产品净增"]).clip(lower=0),
        "全业务渗透": (3 * f["综合接入净增"] + 1.5 * f["商户接入净增"]).clip(lower=0),
        "集团组建": np.select(
            [built >= 1, built >= 0.8, f["当月组建"] >= 15], [15, (built - 0.8) / (1 - 0.8) * 15, 10], 0),
        "成员收集": np.select([members >= 1, members >= 0.8], [10, (members - 0.8) / (1 - 0.8) * 10], 0)
        * np.select([real >= 0.9, real >= 0.8], [1, real], 0),
    }  # fmt: skip


def swapped(rate: pd.Series, least: float, listed: pd.Series) -> pd.Series:
    """Half a point for each percent above the least; few listed get no more than 5."""
    found = pd.Series(np.where(rate < least, -5, 0.5 * (rate - least) * 100), rate.index)
    return found.where(listed >= 100, found.clip(upper=5))


def kept(f: pd.DataFrame) -> dict[str, pd.Series | np.ndarray]:
    signed = f["存量合约数"] / f["存量合约目标"]
    weeks = [(f[f"第{week}周回流"] == 0).fillna(False) for week in range(1, 6)]
    idle = np.logical_or.reduce([one & other for one, other in pairwise(weeks)])
    return {
        "换卡": swapped(f["换卡用户数"] / f["换卡拍照用户数"], 0.4, f["换卡拍照用户数"]),
        "换套餐": swapped(f["换套餐用户数"] / f["换套餐拍照用户数"], 0.3, f["换套餐拍照用户数"]),
        "存量合约": np.select([signed >= 1, signed >= 0.4], [5, signed * 5], 0),
        "工作机": (f["工作机数"] / f["工作机目标"]).clip(upper=1) * 5,
        "高价值回流分": 5 * f["back"] - np.where(idle, 5, 0),
    }  # fmt: skip


def service(f: pd.DataFrame) -> dict[str, pd.Series | np.ndarray]:
    cards, products, content, gold = f["卡客户回收率"], f["集团产品回收率"], f["客户满意度"], f["金牌上报率"]
    late = ((f["预警及时率目标"] - f["预警及时率"]).clip(lower=0) * 100) // 1
    return {
        "服务进驻": np.where(f["驻点周数"] >= f["当月周数"], 2, 0)
        + (3 - 0.2 * f["未走访未续签数"] - 0.1 * late).clip(lower=0)
        + np.select([cards >= 0.93, cards >= 0.92], [0.5, -0.1 * ((0.93 - cards) // 0.002)], -0.5)
        + np.select([products >= 0.9, products >= 0.8], [0.5, -0.1 * ((0.9 - products) // 0.02)], -0.5),
        "客户感知": np.select(
            [content >= 0.81, content >= 0.78, content >= 0.7], [3, (content - 0.78) / (0.81 - 0.78) * 3, 0], -1)
        + np.select([gold >= 0.95, gold >= 0.85, gold >= 0.75], [2, (gold - 0.85) / (0.95 - 0.85) * 2, 0], -1),
        "欠费回收": np.where(cards >= 0.93, 2.5, 0) + np.where(f["本年产品实收"] / f["本年产品应收"] >= 0.975, 2.5, 0),
        "加扣分": (f["重大贡献加分"] - f["重大失误扣分"]).clip(-5, 5),
    }  # fmt: skip


def scores(path: Path) -> pd.DataFrame:
    facts = with_events(path)
    rules = pd.DataFrame({**growth(facts), **kept(facts), **service(facts)}).round(2)
    found = facts[[SUBJECT, REGION]].copy()
    for name, label in RULES.items():
        found[label] = np.nan if name == OPEN else rules[name]
    total = found[TOTAL] = rules.sum(axis=1).round(2)
    found[GRADE] = np.select([total >= least for least, _ in GRADES], [grade for _, grade in GRADES], LAST)
    found[PLACE] = total.groupby(facts[REGION]).rank(method="min", ascending=False).astype(int)
    return found


if __name__ == "__main__":
    source, target = files()
    result = scores(source)
    if target.suffix == ".csv":
        result.to_csv(target, index=False, encoding="utf-8-sig")
    else:
        result.to_parquet(target, index=False)
