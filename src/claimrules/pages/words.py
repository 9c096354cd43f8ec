"""What pages are said in: Chinese and English beside each other."""

CATEGORIES = {
    "policy": "政策类 · policy",
    "management": "管理类 · management",
    "medical": "医疗类 · medical",
    "indicator": "指标类 · indicator",
}
VERDICTS = {"violation": "违规 · violation", "suspicious": "疑似 · suspicious", "indicator": "指标 · indicator"}
SEVERITIES = {"low": "低 · low", "medium": "中 · medium", "high": "高 · high"}
STATUSES = {
    "draft": "草稿 · draft",
    "shadow": "试运行 · shadow",
    "active": "启用 · active",
    "retired": "停用 · retired",
}
ABSENCES = {
    "no-limit": "无条目时规则不适用 · where there is no row the rule does not apply",
    "unknown": "无条目时不作判断 · where there is no row nothing is decided",
}
TABLES = {
    "claims": "结算 · claims",
    "lines": "费用明细 · lines",
    "diagnoses": "诊断 · diagnoses",
    "operations": "手术操作 · operations",
}
EXPECTED = {
    "flagged": "违规 · flagged",
    "undecided": "无法判定 · undecided",
    "clean": "不违规 · clean",
    "not_applicable": "不适用 · not applicable",
}
VERIFIED = {True: "已与原文核对 · checked against the original", False: "未与原文核对 · not checked against the original"}


def both(zh: str, en: str) -> str:
    """Chinese, then English."""
    return f"{zh} · {en}"
