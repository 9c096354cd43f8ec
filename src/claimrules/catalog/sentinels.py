"""Values that stand for 'not known' in id and code columns.

A published study found 1.8 billion paid to excluded providers that was one provider id: `0`. Such values never join and
never group. They are looked for in code columns only, never in numbers, dates or regions: the region `000000` is the
nation.
"""

UNKNOWN = "unknown"
"""Reads as NULL in every text column."""

SENTINELS = frozenset(
    {
        "",
        "0",
        "00",
        "-",
        "--",
        ".",
        "/",
        "\\",
        "?",
        "N/A",
        "NA",
        "NULL",
        "NONE",
        "NAN",
        "UNKNOWN",
        "未知",
        "无",
        "不详",
        "暂无",
        "空",
    }
)
"""Compared after trimming and upper-casing, in fields whose `is_code` is set."""
