"""How functions and operators are read, in Chinese and in English. `{0}` is the first argument."""

Phrase = tuple[str, str]

COMPARISONS = {"=": "=", "<>": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}

SCALARS: dict[str, Phrase] = {
    "like": ("{0}形如{1}", "{0} is like {1}"),
    "not": ("并非（{0}）", "not ({0})"),
    "is_known": ("{0}已知", "{0} is known"),
    "is_null": ("{0}未知", "{0} is not known"),
    "is_true": ("{0}成立", "{0} is true"),
    "is_false": ("{0}不成立", "{0} is false"),
    "starts_with": ("{0}以{1}开头", "{0} begins with {1}"),
    "in_set": ("{0}属于代码集{1}", "{0} is in the code set {1}"),
    "has_time": ("{0}有钟点", "{0} has a clock time"),
    "left": ("{0}的前{1}位", "the first {1} characters of {0}"),
    "substr": ("{0}从第{1}位起的{2}个字", "{2} characters of {0} from number {1} on"),
    "km": ("从（{0}，{1}）到（{2}，{3}）的公里数", "the kilometres from ({0}, {1}) to ({2}, {3})"),
    "length": ("{0}的字数", "the length of {0}"),
    "abs": ("{0}的绝对值", "the absolute value of {0}"),
    "round": ("{0}四舍五入", "{0} rounded"),
    "floor": ("{0}向下取整", "{0} rounded down"),
    "ceil": ("{0}向上取整", "{0} rounded up"),
    "year": ("{0}的年份", "the year of {0}"),
    "month": ("{0}的月份", "the month of {0}"),
    "day": ("{0}的日", "the day of {0}"),
    "hour": ("{0}的小时", "the hour of {0}"),
    "weekday": ("{0}的星期", "the weekday of {0}"),
    "year_end": ("{0}当年的末日", "the last day of the year of {0}"),
    "days_between": ("从{0}到{1}的天数", "the days from {0} to {1}"),
    "hours_between": ("从{0}到{1}的小时数", "the hours from {0} to {1}"),
    "age_years": ("{1}时按{0}计的周岁", "the age in years at {1}, by {0}"),
    "age_days": ("{1}时按{0}计的日龄", "the age in days at {1}, by {0}"),
    "in_unit": ("{0}以{1}计的数", "{0} in {1}"),
    "similarity": ("{0}与{1}的相似度", "the likeness of {0} and {1}"),
    "date_trunc": ("{1}所在的{0}", "the {0} of {1}"),
    "period": ("{0}所指的时段", "the period of {0}"),
}

OF_TWO: dict[str, Phrase] = {
    "coalesce": ("{0}（未知时取{1}）", "{0} (where not known: {1})"),
    "nullif": ("{0}（等于{1}时视为未知）", "{0} (not known where it is {1})"),
    "substr": ("{0}从第{1}位起的字", "the characters of {0} from number {1} on"),
    "least": ("{0}与{1}中较小的", "the smaller of {0} and {1}"),
    "greatest": ("{0}与{1}中较大的", "the larger of {0} and {1}"),
}
"""Functions that are read so where they have two arguments."""

OF_MANY: dict[str, Phrase] = {
    "coalesce": ("{0}中首个已知的", "the first that is known of {0}"),
    "least": ("{0}中最小的", "the smallest of {0}"),
    "greatest": ("{0}中最大的", "the largest of {0}"),
}

AGGREGATES: dict[str, Phrase] = {
    "count": ("{set}的行数", "the number of {set}"),
    "sum": ("{set}的{0}之和", "the sum of {0} over {set}"),
    "min": ("{set}的{0}的最小值", "the smallest {0} of {set}"),
    "max": ("{set}的{0}的最大值", "the largest {0} of {set}"),
    "avg": ("{set}的{0}的平均值", "the average {0} of {set}"),
    "median": ("{set}的{0}的中位数", "the median {0} of {set}"),
    "quantile": ("{set}的{0}的{1}分位数", "the {1} quantile of {0} over {set}"),
    "stddev": ("{set}的{0}的标准差", "the standard deviation of {0} over {set}"),
    "distinct_list": ("{set}的不同{0}", "the distinct {0} of {set}"),
    "any": ("{set}中有{0}的", "of {set}, one at least: {0}"),
    "all": ("{set}全部{0}", "of {set}, every one: {0}"),
    "none": ("{set}中没有{0}的", "of {set}, none: {0}"),
    "share": ("{set}中{0}的占比", "the part of {set} with {0}"),
    "cluster": ("由{set}相连的人群", "the persons that {set} connect"),
}
COUNT_OF: Phrase = ("{set}中有{0}的行数", "how many of {set} have {0}")
COUNT_DISTINCT: Phrase = ("{set}的不同{0}的个数", "the number of distinct {0} of {set}")
ONLY: Phrase = ("{0}（只计{1}的）", "{0} (of those with {1})")

WALKS: dict[str, Phrase] = {
    "place": ("按顺序的第几行", "the place of the row in its order"),
    "running": ("{0}的累计", "{0}, added up so far"),
    "excess": ("{0}累计超过{1}的部分", "what of {0}, added up, is above {1}"),
    "upto": ("{0}累计未超过{1}的部分", "what of {0}, added up, is within {1}"),
    "nth": ("{0}按首次出现的序次", "the how-manieth distinct {0}"),
    "excess_within": ("{0}在任意{2}天内超过{1}的部分", "what of {0} is above {1} in any {2} days"),
    "supply_left": ("此前开药尚余的天数（每次{0}天）", "the days of supply still in hand, of {0} each"),
    "run": ("{0}间隔不超过{1}的连续段", "the run of {0} without a gap above {1}"),
}

NAMES: dict[str, Phrase] = {
    "person": ("参保人", "person"),
    "provider": ("医药机构", "provider"),
    "region": ("统筹区", "region"),
    "encounter": ("就诊", "encounter"),
    "claim": ("结算", "claim"),
    "prescription": ("处方", "prescription"),
    "item": ("项目", "item"),
    "physician": ("医师", "physician"),
    "department": ("科室", "department"),
    "hour": ("小时", "hour"),
    "day": ("日", "day"),
    "week": ("周", "week"),
    "month": ("月", "month"),
    "quarter": ("季度", "quarter"),
    "year": ("年", "year"),
    "rows": ("本规则的各行", "the rule's rows"),
    "subject": ("本组", "the subject"),
}
"""Keys of `per` and `same`, and what else has a word of its own."""

AMOUNTS: dict[str, Phrase] = {
    "full_line": ("违规行的范围内金额全额", "the whole in-scope amount of the violating row"),
    "excess_quantity": ("超出数量（{0}）所占的金额", "the money of so many of its units: {0}"),
    "excess_price": ("单价超过 {0} 的部分乘以数量", "the unit price above {0}, times the quantity"),
    "discount": ("金额减去应收 {0}", "the amount less what was due: {0}"),
    "bundle_difference": ("合计超过打包价 {0} 的部分，按金额分摊", "what all together cost above {0}, spread by amount"),
    "whole_encounter": ("整次就诊的范围内金额", "what the whole encounter claimed as in scope"),
    "excess_money": ("超出金额（{0}）", "the money above: {0}"),
    "none": ("不计金额，仅作线索", "nothing: the finding is a pointer"),
    "instead_of": (
        "金额减去数量乘以实际项目的价格 {0}",
        "the amount less the quantity times the price of what was provided: {0}",
    ),
}

TAKES: dict[str, Phrase] = {
    "all": ("全部", "all of them"),
    "one": ("唯一的一行", "the only one"),
    "previous": ("时间上在前的最近一行", "the nearest before"),
    "next": ("时间上在后的最近一行", "the nearest after"),
    "first": ("最早的一行", "the first"),
    "last": ("最晚的一行", "the last"),
}

PLURALS = {"diagnosis": "diagnoses"}
"""Kinds whose plural is not made by an s."""
