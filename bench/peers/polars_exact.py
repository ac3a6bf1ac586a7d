"""grid-2014 in Polars, exact: whole numbers of hundredths, a lazy query from file to file.

    python bench/peers/polars_exact.py FACTS SCORES          both .csv, or both .parquet
"""

from itertools import pairwise
from pathlib import Path

import polars as pl
from grid import (
    CENTS,
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
from polars import col, when


def scan(path: Path, decimals: dict[str, int], shares: tuple[str, ...] = ()) -> pl.LazyFrame:
    """The rows with whole numbers: `decimals` times ten to that, and shares in hundredths of percents."""
    if path.suffix == ".parquet":
        frame = pl.scan_parquet(path)
        places = decimals | dict.fromkeys(shares, 4)
        return frame.with_columns((col(name) * 10**many).cast(pl.Int64) for name, many in places.items())
    types = {name: pl.Decimal(18, many) for name, many in decimals.items()} | dict.fromkeys(shares, pl.String)
    frame = pl.scan_csv(path, schema_overrides=types)
    return frame.with_columns(
        *((col(name) * 10**many).cast(pl.Int64) for name, many in decimals.items()),
        *((col(name).str.strip_suffix("%").cast(pl.Decimal(18, 2)) * 100).cast(pl.Int64) for name in shares),
    )


def half_up(top: pl.Expr, below: pl.Expr) -> pl.Expr:
    return (2 * top + below) // (2 * below)


def joined(facts: Path) -> pl.LazyFrame:
    signed = scan(events(facts, SIGNED), {"收入": 2}).group_by(SUBJECT).agg(
        customers=pl.max_horizontal(1, col("收入") // 5_000_000).sum()
    )
    won_back = scan(events(facts, WON_BACK), {}).group_by(SUBJECT).agg(
        back=(col("回流用户数") * 5 >= col("高价值用户数")).sum().cast(pl.Int64)
    )
    return (
        scan(facts, CENTS, SHARES)
        .join(signed, on=SUBJECT, how="left", maintain_order="left")
        .join(won_back, on=SUBJECT, how="left", maintain_order="left")
        .with_columns(
            done=col("customers").fill_null(0) + col("预存本金") // 300_000,
            back=col("back").fill_null(0),
        )
    )


def growth() -> list[pl.Expr]:
    done, goal = col("done"), col("统付目标")
    built, planned = col("组建累计"), col("集团组建目标")
    members, wanted, real = col("成员收集数"), col("成员收集目标"), col("成员真实性")
    beyond = 5 * members - 4 * wanted
    return [
        when(done >= goal).then(1000 + 500 * (done - goal)).otherwise(half_up(1000 * done, goal)).alias("统付新增"),
        pl.max_horizontal(300 * col("产品净增"), 0).alias("集团产品渗透"),
        pl.max_horizontal(300 * col("综合接入净增") + 150 * col("商户接入净增"), 0).alias("全业务渗透"),
        when(built >= planned).then(1500)
        .when(5 * built >= 4 * planned).then(half_up(1500 * (5 * built - 4 * planned), planned))
        .when(col("当月组建") >= 15).then(1000).otherwise(0).alias("集团组建"),
        when((real < 8000) | (beyond < 0)).then(0)
        .when((members >= wanted) & (real >= 9000)).then(1000)
        .when(members >= wanted).then((real + 5) // 10)
        .when(real >= 9000).then(half_up(1000 * beyond, wanted))
        .otherwise(half_up(beyond * real, 10 * wanted).cast(pl.Int64)).alias("成员收集"),
    ]  # fmt: skip


def swapped(number: str, listed: str, least: int, scale: int) -> pl.Expr:
    """Half a point for each percent above the least, which is so many tenths; few listed get no more than 5."""
    done, of = col(number), col(listed)
    above = 10 * done - least * of
    return (
        when(above < 0).then(-500)
        .when((of < 100) & (above >= of)).then(500)
        .otherwise(half_up(scale * above, of))
    )  # fmt: skip


def kept() -> list[pl.Expr]:
    signed, goal = col("存量合约数"), col("存量合约目标")
    worked, wanted = col("工作机数"), col("工作机目标")
    weeks = [col(f"第{week}周回流") == 0 for week in range(1, 6)]
    idle = pl.any_horizontal(*(one & other for one, other in pairwise(weeks))).fill_null(False)
    return [
        swapped("换卡用户数", "换卡拍照用户数", 4, 500).alias("换卡"),
        swapped("换套餐用户数", "换套餐拍照用户数", 3, 500).alias("换套餐"),
        when(signed >= goal).then(500).when(5 * signed >= 2 * goal).then(half_up(500 * signed, goal)).otherwise(0)
        .alias("存量合约"),
        when(worked >= wanted).then(500).otherwise(half_up(500 * worked, wanted)).alias("工作机"),
        (500 * col("back") - when(idle).then(500).otherwise(0)).alias("高价值回流分"),
    ]  # fmt: skip


def service() -> list[pl.Expr]:
    cards, products = col("卡客户回收率"), col("集团产品回收率")
    content, gold = col("客户满意度"), col("金牌上报率")
    late = pl.max_horizontal(col("预警及时率目标") - col("预警及时率"), 0) // 100
    return [
        (
            when(col("驻点周数") >= col("当月周数")).then(200).otherwise(0)
            + pl.max_horizontal(300 - 20 * col("未走访未续签数") - 10 * late, 0)
            + when(cards >= 9300).then(50).when(cards >= 9200).then(-10 * ((9300 - cards) // 20)).otherwise(-50)
            + when(products >= 9000).then(50).when(products >= 8000).then(-10 * ((9000 - products) // 200))
            .otherwise(-50)
        ).alias("服务进驻"),
        (
            when(content >= 8100).then(300).when(content >= 7800).then(content - 7800).when(content >= 7000).then(0)
            .otherwise(-100)
            + when(gold >= 9500).then(200).when(gold >= 8500).then((2 * (gold - 8500) + 5) // 10)
            .when(gold >= 7500).then(0).otherwise(-100)
        ).alias("客户感知"),
        (
            when(cards >= 9300).then(250).otherwise(0)
            + when(40 * col("本年产品实收") >= 39 * col("本年产品应收")).then(250).otherwise(0)
        ).alias("欠费回收"),
        (100 * col("重大贡献加分") - 10 * col("重大失误扣分")).clip(-500, 500).alias("加扣分"),
    ]  # fmt: skip


def grade() -> pl.Expr:
    (most, best), *others = GRADES
    found = when(col("total") >= 100 * most).then(pl.lit(best))
    for least, name in others:
        found = found.when(col("total") >= 100 * least).then(pl.lit(name))
    return found.otherwise(pl.lit(LAST)).alias(GRADE)


def points(name: str) -> pl.Expr:
    return col(name).cast(pl.Decimal(18, 2)) / 100


def scores(facts: Path) -> pl.LazyFrame:
    summed = [name for name in RULES if name != OPEN]
    place = col("total").rank("min", descending=True).over(REGION).alias(PLACE)
    shown = [
        pl.lit(None, pl.Decimal(18, 2)).alias(label) if name == OPEN else points(name).alias(label)
        for name, label in RULES.items()
    ]
    return (
        joined(facts)
        .select(SUBJECT, REGION, *growth(), *kept(), *service())
        .with_columns(total=pl.sum_horizontal(summed))
        .select(SUBJECT, REGION, *shown, points("total").alias(TOTAL), grade(), place)
    )


if __name__ == "__main__":
    source, target = files()
    found = scores(source)
    if target.suffix == ".csv":
        found.sink_csv(target, include_bom=True)
    else:
        found.sink_parquet(target)
