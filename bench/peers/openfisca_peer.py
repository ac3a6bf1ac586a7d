"""grid-2014 in OpenFisca: managers are groups, of themselves and their customers; rules are variables with formulas.

    python bench/peers/openfisca_peer.py FACTS SCORES          both .csv, or both .parquet

Tables are read and written, and places taken, by pandas, as OpenFisca has no part for that.
"""

# What a variable is called is the name of its class, and a formula begins with its entity.
# ruff: noqa: N801, N805, PLC2401
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from grid import GRADE, GRADES, LAST, OPEN, PLACE, REGION, RULES, SIGNED, SUBJECT, TOTAL, WON_BACK, events, files
from openfisca_core.entities import build_entity
from openfisca_core.periods import MONTH
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable
from pandas_round import read

PERIOD = "2014-05"
Customer = build_entity(key="customer", plural="customers", label="a manager, or a row of events", is_person=True)
Manager = build_entity(key="manager", plural="managers", label="网格客户经理",
                       roles=[{"key": "customer", "plural": "customers", "label": "one of them"}])  # fmt: skip
FACTS = (
    "统付目标", "集团组建目标", "成员收集目标", "存量合约目标", "工作机目标", "预存本金", "产品净增", "综合接入净增",
    "商户接入净增", "组建累计", "当月组建", "成员收集数", "成员真实性", "换卡拍照用户数", "换卡用户数",
    "换套餐拍照用户数", "换套餐用户数", "存量合约数", "工作机数", "第1周回流", "第2周回流", "第3周回流", "第4周回流",
    "第5周回流", "驻点周数", "当月周数", "未走访未续签数", "预警及时率", "预警及时率目标", "卡客户回收率",
    "集团产品回收率", "客户满意度", "金牌上报率", "本年产品实收", "本年产品应收", "重大贡献加分", "重大失误扣分",
)  # fmt: skip
EVENTS = ("收入", "高价值用户数", "回流用户数")


def given(name: str, entity: object) -> type[Variable]:
    """A variable that has no formula."""
    return type(name, (Variable,), {"value_type": float, "entity": entity, "definition_period": MONTH, "label": name})


class 统付客户数(Variable):
    value_type = float
    entity = Customer
    definition_period = MONTH

    def formula(customer, period):
        income = customer("收入", period)
        return np.where(income >= 0, np.maximum(income // 50_000, 1), 0)


class 高价值客户数(Variable):
    value_type = float
    entity = Customer
    definition_period = MONTH

    def formula(customer, period):
        listed = customer("高价值用户数", period)
        return (listed > 0) * (customer("回流用户数", period) >= 0.2 * listed)


class 统付新增(Variable):
    value_type = float
    entity = Manager
    definition_period = MONTH

    def formula(manager, period):
        done = manager.sum(manager.members("统付客户数", period)) + manager("预存本金", period) // 3_000
        goal = manager("统付目标", period)
        return np.round(np.where(done >= goal, 10 + 5 * (done - goal), done / goal * 10), 2)


class 集团产品渗透(Variable):
    value_type = float
    entity = Manager
    definition_period = MONTH

    def formula(manager, period):
        return np.maximum(3 * manager("产品净增", period), 0)


class 全业务渗透(Variable):
    value_type = float
    entity = Manager
    definition_period = MONTH

    def formula(manager, period):
        return np.maximum(3 * manager("综合接入净增", period) + 1.5 * manager("商户接入净增", period), 0)


class 集团组建(Variable):
    value_type = float
    entity = Manager
    definition_period = MONTH

    def formula(manager, period):
        built = manager("组建累计", period) / manager("集团组建目标", period)
        tests = [built >= 1, built >= 0.8, manager("当月组建", period) >= 15]
        return np.round(np.select(tests, [15, (built - 0.8) / (1 - 0.8) * 15, 10], 0), 2)


class 成员收集(Variable):
    value_type = float
    entity = Manager
    definition_period = MONTH

    def formula(manager, period):
        members, real = manager("成员收集数", period) / manager("成员收集目标", period), manager("成员真实性", period)
        found = np.select([members >= 1, members >= 0.8], [10, (members - 0.8) / (1 - 0.8) * 10], 0)
        return np.round(found * np.select([real >= 0.9, real >= 0.8], [1, real], 0), 2)


def swapped(done, listed, least):
    """Half a point for each percent above the least; few listed get no more than 5."""
    rate = done / listed
    found = np.where(rate < least, -5, 0.5 * (rate - least) * 100)
    return np.round(np.where(listed < 100, np.minimum(found, 5), found), 2)


class 换卡(Variable):
    value_type = float
    entity = Manager
    definition_period = MONTH

    def formula(manager, period):
        return swapped(manager("换卡用户数", period), manager("换卡拍照用户数", period), 0.4)


class 换套餐(Variable):
    value_type = float
    entity = Manager
    definition_period = MONTH

    def formula(manager, period):
        return swapped(manager("换套餐用户数", period), manager("换套餐拍照用户数", period), 0.3)


class 存量合约(Variable):
    value_type = float
    entity = Manager
    definition_period = MONTH

    def formula(manager, period):
        signed = manager("存量合约数", period) / manager("存量合约目标", period)
        return np.round(np.select([signed >= 1, signed >= 0.4], [5, signed * 5], 0), 2)


class 工作机(Variable):
    value_type = float
    entity = Manager
    definition_period = MONTH

    def formula(manager, period):
        return np.round(np.minimum(manager("工作机数", period) / manager("工作机目标", period), 1) * 5, 2)


class 高价值回流分(Variable):
    value_type = float
    entity = Manager
    definition_period = MONTH

    def formula(manager, period):
        weeks = [manager(f"第{week}周回流", period) == 0 for week in range(1, 6)]
        idle = np.logical_or.reduce([one & other for one, other in pairwise(weeks)])
        return 5 * manager.sum(manager.members("高价值客户数", period)) - np.where(idle, 5, 0)


class 服务进驻(Variable):
    value_type = float
    entity = Manager
    definition_period = MONTH

    def formula(manager, period):
        cards, products = manager("卡客户回收率", period), manager("集团产品回收率", period)
        late = np.maximum(manager("预警及时率目标", period) - manager("预警及时率", period), 0) * 100 // 1
        conduct = np.maximum(3 - 0.2 * manager("未走访未续签数", period) - 0.1 * late, 0)
        there = np.where(manager("驻点周数", period) >= manager("当月周数", period), 2, 0)
        owed = np.select([cards >= 0.93, cards >= 0.92], [0.5, -0.1 * ((0.93 - cards) // 0.002)], -0.5)
        own = np.select([products >= 0.9, products >= 0.8], [0.5, -0.1 * ((0.9 - products) // 0.02)], -0.5)
        return np.round(there + conduct + owed + own, 2)


class 客户感知(Variable):
    value_type = float
    entity = Manager
    definition_period = MONTH

    def formula(manager, period):
        content, gold = manager("客户满意度", period), manager("金牌上报率", period)
        pleased = [content >= 0.81, content >= 0.78, content >= 0.7]
        told = [gold >= 0.95, gold >= 0.85, gold >= 0.75]
        return np.round(np.select(pleased, [3, (content - 0.78) / (0.81 - 0.78) * 3, 0], -1)
                        + np.select(told, [2, (gold - 0.85) / (0.95 - 0.85) * 2, 0], -1), 2)  # fmt: skip


class 欠费回收(Variable):
    value_type = float
    entity = Manager
    definition_period = MONTH

    def formula(manager, period):
        paid = manager("本年产品实收", period) / manager("本年产品应收", period)
        return np.where(manager("卡客户回收率", period) >= 0.93, 2.5, 0) + np.where(paid >= 0.975, 2.5, 0)


class 加扣分(Variable):
    value_type = float
    entity = Manager
    definition_period = MONTH

    def formula(manager, period):
        return np.clip(manager("重大贡献加分", period) - manager("重大失误扣分", period), -5, 5)


class 总分(Variable):
    value_type = float
    entity = Manager
    definition_period = MONTH

    def formula(manager, period):
        return np.round(sum(manager(name, period) for name in RULES if name != OPEN), 2)


COMPUTED = (
    统付客户数, 高价值客户数, 统付新增, 集团产品渗透, 全业务渗透, 集团组建, 成员收集, 换卡, 换套餐, 存量合约, 工作机,
    高价值回流分, 服务进驻, 客户感知, 欠费回收, 加扣分, 总分,
)  # fmt: skip


def system() -> TaxBenefitSystem:
    found = TaxBenefitSystem([Customer, Manager])
    found.add_variables(*(given(name, Manager) for name in FACTS), *(given(name, Customer) for name in EVENTS),
                        *COMPUTED)  # fmt: skip
    return found


def scores(path: Path) -> pd.DataFrame:
    facts = read(path)
    # no group may be without persons, so the manager is one of them
    customers = pd.concat([facts[[SUBJECT]], read(events(path, SIGNED)), read(events(path, WON_BACK))],
                          ignore_index=True)  # fmt: skip
    builder, rules = SimulationBuilder(), system()
    builder.create_entities(rules)
    builder.declare_person_entity("customer", customers.index.to_numpy())
    managers = builder.declare_entity("manager", facts[SUBJECT].to_numpy())
    # what `join_with_persons` does, without sorting all names
    managers.members_entity_id = pd.Index(facts[SUBJECT]).get_indexer(customers[SUBJECT])
    simulation = builder.build(rules)
    for names, table in ((FACTS, facts), (EVENTS, customers)):
        for name in names:
            simulation.set_input(name, PERIOD, table[name].fillna(-1).to_numpy())
    found = facts[[SUBJECT, REGION]].copy()
    for name, label in RULES.items():
        found[label] = np.nan if name == OPEN else simulation.calculate(name, PERIOD)
    total = found[TOTAL] = simulation.calculate("总分", PERIOD)
    found[GRADE] = np.select([total >= least for least, _ in GRADES], [grade for _, grade in GRADES], LAST)
    found[PLACE] = found.groupby(REGION)[TOTAL].rank(method="min", ascending=False).astype(int)
    return found


if __name__ == "__main__":
    source, target = files()
    result = scores(source)
    if target.suffix == ".csv":
        result.to_csv(target, index=False, encoding="utf-8-sig")
    else:
        result.to_parquet(target, index=False)
