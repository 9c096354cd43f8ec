"""What an explanation is said in, in both languages."""

VERDICTS = {
    "flagged": ("违规", "flagged"),
    "suspicious": ("疑似", "suspicious"),
    "clean": ("不违规", "clean"),
    "undecided": ("无法判定", "undecided"),
    "not_applicable": ("不适用", "not applicable"),
}

STEPS = {
    ("flagged", "flag"): ("违规条件成立，没有例外", "the flag is true and no exception holds"),
    ("flagged", "doubt"): ("违规条件成立，存在疑点", "the flag is true, and in doubt"),
    ("clean", "flag"): ("违规条件不成立", "the flag is false"),
    ("clean", "unless"): ("违规条件成立，但被例外排除", "the flag is true, and an exception removed the finding"),
    ("clean", "others"): ("没有可比较的另一行", "there is no other row to compare with"),
    ("undecided", "flag"): ("违规条件中有未知的值", "the flag is not known"),
    ("undecided", "unless"): (
        "违规条件成立，例外是否成立未知",
        "the flag is true, and it is not known whether an exception holds",
    ),
    ("undecided", "keys"): ("不知属于哪个对象", "it is not known whose subject it is: a key of `per` is not known"),
    ("undecided", "knowledge"): ("知识条目未知", "it is not known which knowledge row holds"),
    ("undecided", "rows"): ("不知规则是否适用于此行", "it is not known whether the rule speaks of the row"),
    ("undecided", "effective"): (
        "日期未知，不知规则当时是否有效",
        "the row has no date, so it is not known whether the rule held",
    ),
    ("undecided", "history"): ("其他结算可能改变结论", "other claims could change the answer"),
    ("not_applicable", "rows"): ("不在规则范围（rows）内", "the rule does not speak of such rows (`rows` is false)"),
    ("not_applicable", "effective"): ("不在规则有效期内", "the rule did not hold on that day"),
    ("not_applicable", "knowledge"): ("知识表中没有对应条目", "the table has no row for it"),
    ("not_applicable", "refunded"): ("该明细已被冲销", "the line was taken back"),
    ("not_applicable", "exempt"): ("豁免表将此行排除在规则之外", "exemptions.yaml takes the row out of the rule"),
    ("not_applicable", "reversed"): ("该结算已退费", "the settlement was reversed"),
}

WORDS = {
    "claim": ("结算", "claim"),
    "parameters": ("参数", "parameters"),
    "verdict": ("结论", "verdict"),
    "conditions": ("条件", "conditions"),
    "rows_condition": ("适用范围", "rows"),
    "row": ("行", "row"),
    "rows": ("本对象的行", "rows of the subject"),
    "more": ("另有 {n} 行未列出", "{n} more are not listed"),
    "violating": ("违规", "violating"),
    "unless": ("例外", "exception"),
    "doubt": ("疑点", "doubt"),
    "exemption": ("豁免", "exemption"),
    "without": ("若无豁免", "without the exemption"),
    "applied": ("已排除违规", "it removed the finding"),
    "applied_doubt": ("因此为疑似", "so it is a suspicion"),
    "because": ("理由", "because"),
    "others": ("其他行", "other rows"),
    "missing": ("没有", "there is none"),
    "unknown": ("未知", "not known"),
    "incomplete": ("可能还有未提供的行", "there may be more that are not at hand"),
    "knowledge": ("知识", "knowledge"),
    "no_row": ("没有条目", "no row"),
    "unknown_row": ("条目未知", "not known which row"),
    "always": ("始终", "always"),
    "invented": ("虚构", "invented"),
    "unverified": ("未核对", "not verified"),
    "amount": ("金额", "amount"),
    "loss": ("基金损失", "fund loss"),
    "basis": ("依据", "basis"),
    "supply": ("请补充", "supply"),
    "change": ("最近的改变", "nearest change"),
    "to": ("改为", "to"),
    "from": ("由", "from"),
    "none_flips": ("只改一个值不能改变结论", "no change of one value flips the verdict"),
    "any_other": ("任何其他值", "any other value"),
    "any_other_like": ("以 {begin} 开头的任何其他值", "any other value that begins with {begin}"),
    "same": ("另有 {n} 行同此", "the same holds for {n} more rows"),
    "null": ("未知（NULL）", "NULL"),
    "named": ("其中", "where"),
}


def word(key: str, language: str, **values: object) -> str:
    """A word in "zh" or "en"."""
    return WORDS[key][0 if language == "zh" else 1].format(**values)


def verdict_word(verdict: str, language: str) -> str:
    """A verdict in words."""
    return VERDICTS[verdict][0 if language == "zh" else 1]


def step_word(verdict: str, step: str, language: str) -> str:
    """Where a verdict was settled, in words."""
    said = STEPS.get((verdict, step))
    return "" if said is None else said[0 if language == "zh" else 1]
