-- grid-2014 with grade and rank as one would write it by hand, for facts whose money has two decimals (in cents), whose
-- shares have hundredths of percents (9300 is 93%) and whose deductions have one decimal. Scores are hundredths of points.
WITH signed AS (
  SELECT "#" AS k, sum(greatest(1, "统付签约.收入" // 5000000)) AS customers
  FROM "events 统付签约" GROUP BY ALL
), won_back AS (
  SELECT "#" AS k, count(*) FILTER ("高价值回流.回流用户数" * 5 >= "高价值回流.高价值用户数") AS customers
  FROM "events 高价值回流" GROUP BY ALL
), joined AS (
  SELECT facts.*,
    CAST(coalesce(signed.customers, 0) AS INTEGER) + "预存本金" // 300000 AS done,
    CAST(coalesce(won_back.customers, 0) AS INTEGER) AS back
  FROM facts LEFT JOIN signed ON signed.k = facts."#" LEFT JOIN won_back ON won_back.k = facts."#"
), rules AS (
  SELECT "#", "区域",
    CASE WHEN done >= "统付目标" THEN 1000 + 500 * (done - "统付目标")
      ELSE (2000 * done + "统付目标") // (2 * "统付目标") END AS "统付新增",
    greatest(300 * "产品净增", 0) AS "集团产品渗透",
    greatest(300 * "综合接入净增" + 150 * "商户接入净增", 0) AS "全业务渗透",
    CASE WHEN "组建累计" >= "集团组建目标" THEN 1500
      WHEN 5 * "组建累计" >= 4 * "集团组建目标"
        THEN (3000 * (5 * "组建累计" - 4 * "集团组建目标") + "集团组建目标") // (2 * "集团组建目标")
      WHEN "当月组建" >= 15 THEN 1000 ELSE 0 END AS "集团组建",
    CASE WHEN "成员真实性" < 8000 OR 5 * "成员收集数" < 4 * "成员收集目标" THEN 0
      WHEN "成员收集数" >= "成员收集目标"
        THEN CASE WHEN "成员真实性" >= 9000 THEN 1000 ELSE ("成员真实性" + 5) // 10 END
      WHEN "成员真实性" >= 9000
        THEN (2000 * (5 * "成员收集数" - 4 * "成员收集目标") + "成员收集目标") // (2 * "成员收集目标")
      ELSE CAST((CAST(5 * "成员收集数" - 4 * "成员收集目标" AS BIGINT) * "成员真实性" + 5 * "成员收集目标")
        // (10 * "成员收集目标") AS INTEGER) END AS "成员收集",
    CASE WHEN 5 * "换卡用户数" < 2 * "换卡拍照用户数" THEN -500
      WHEN "换卡拍照用户数" < 100 AND 2 * "换卡用户数" >= "换卡拍照用户数" THEN 500
      ELSE (2000 * (5 * "换卡用户数" - 2 * "换卡拍照用户数") + "换卡拍照用户数") // (2 * "换卡拍照用户数")
      END AS "换卡",
    CASE WHEN 10 * "换套餐用户数" < 3 * "换套餐拍照用户数" THEN -500
      WHEN "换套餐拍照用户数" < 100 AND 10 * "换套餐用户数" >= 4 * "换套餐拍照用户数" THEN 500
      ELSE (1000 * (10 * "换套餐用户数" - 3 * "换套餐拍照用户数") + "换套餐拍照用户数")
        // (2 * "换套餐拍照用户数") END AS "换套餐",
    CASE WHEN "存量合约数" >= "存量合约目标" THEN 500
      WHEN 5 * "存量合约数" >= 2 * "存量合约目标"
        THEN (1000 * "存量合约数" + "存量合约目标") // (2 * "存量合约目标") ELSE 0 END AS "存量合约",
    CASE WHEN "工作机数" >= "工作机目标" THEN 500
      ELSE (1000 * "工作机数" + "工作机目标") // (2 * "工作机目标") END AS "工作机",
    500 * back - CASE WHEN ("第2周回流" = 0 AND ("第1周回流" = 0 OR "第3周回流" = 0))
        OR ("第4周回流" = 0 AND ("第3周回流" = 0 OR "第5周回流" IS NOT DISTINCT FROM 0)) THEN 500 ELSE 0 END
      AS "高价值回流分",
    CASE WHEN "驻点周数" >= "当月周数" THEN 200 ELSE 0 END
      + greatest(300 - 20 * "未走访未续签数" - 10 * (greatest("预警及时率目标" - "预警及时率", 0) // 100), 0)
      + CASE WHEN "卡客户回收率" >= 9300 THEN 50
          WHEN "卡客户回收率" >= 9200 THEN -10 * ((9300 - "卡客户回收率") // 20) ELSE -50 END
      + CASE WHEN "集团产品回收率" >= 9000 THEN 50
          WHEN "集团产品回收率" >= 8000 THEN -10 * ((9000 - "集团产品回收率") // 200) ELSE -50 END AS "服务进驻",
    CASE WHEN "客户满意度" >= 8100 THEN 300 WHEN "客户满意度" >= 7800 THEN "客户满意度" - 7800
        WHEN "客户满意度" >= 7000 THEN 0 ELSE -100 END
      + CASE WHEN "金牌上报率" >= 9500 THEN 200 WHEN "金牌上报率" >= 8500 THEN (2 * ("金牌上报率" - 8500) + 5) // 10
        WHEN "金牌上报率" >= 7500 THEN 0 ELSE -100 END AS "客户感知",
    CASE WHEN "卡客户回收率" >= 9300 THEN 250 ELSE 0 END
      + CASE WHEN 40 * CAST("本年产品实收" AS BIGINT) >= 39 * CAST("本年产品应收" AS BIGINT) THEN 250 ELSE 0 END
      AS "欠费回收",
    least(greatest(100 * "重大贡献加分" - 10 * "重大失误扣分", -500), 500) AS "加扣分"
  FROM joined
), totals AS (
  SELECT *, "统付新增" + "集团产品渗透" + "全业务渗透" + "集团组建" + "成员收集" + "换卡" + "换套餐" + "存量合约" + "工作机"
    + "高价值回流分" + "服务进驻" + "客户感知" + "欠费回收" + "加扣分" AS total
  FROM rules
)
SELECT * EXCLUDE ("区域"),
  CASE WHEN total >= 8500 THEN 'A' WHEN total >= 7000 THEN 'B' WHEN total >= 5500 THEN 'C' WHEN total >= 4000 THEN 'D'
    ELSE 'E' END AS "等级",
  rank() OVER (PARTITION BY "区域" ORDER BY total DESC) AS "名次"
FROM totals
