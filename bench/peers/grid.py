"""What every peer reads and writes: the columns of grid-2014's facts, and those of its scores, as kpidsl has them."""

import sys
from pathlib import Path

CENTS = {"预存本金": 2, "本年产品实收": 2, "本年产品应收": 2, "重大失误扣分": 1}
"""Columns with so many decimals."""
SHARES = ("成员真实性", "预警及时率", "预警及时率目标", "卡客户回收率", "集团产品回收率", "客户满意度", "金牌上报率")
"""Columns of shares that rules use: 93.00% in CSV, 0.9300 in Parquet."""
SIGNED, WON_BACK = "统付签约", "高价值回流"
RULES = {
    "统付新增": "统付新增", "集团产品渗透": "集团产品渗透", "全业务渗透": "全业务渗透", "集团组建": "集团组建",
    "成员收集": "成员收集", "换卡": "4G换卡", "换套餐": "4G换套餐", "存量合约": "存量合约", "工作机": "百万工作机",
    "高价值回流分": "高价值用户回流", "服务进驻": "服务进驻", "客户感知": "客户满意与金牌客户",
    "欠费回收": "欠费回收率", "区域短板": "区域短板", "加扣分": "加扣分",
}  # fmt: skip
"""The rules, and what their columns are called; 区域短板 is left open, so its cells are empty."""
OPEN = "区域短板"
SUBJECT, REGION, TOTAL, GRADE, PLACE = "客户经理", "区域", "总分", "等级", "名次"
GRADES = ((85, "A"), (70, "B"), (55, "C"), (40, "D"))
LAST = "E"


def files() -> tuple[Path, Path]:
    """The facts and the scores, from the command line; both are CSV, or both Parquet."""
    facts, scores = map(Path, sys.argv[1:3])
    return facts, scores


def events(facts: Path, name: str) -> Path:
    return facts.with_name(f"{facts.stem}.{name}{facts.suffix}")
