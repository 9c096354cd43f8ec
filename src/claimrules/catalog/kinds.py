"""The kinds of row a rule can walk over, and how they stand to each other."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of row: `above` are the kinds whose one row it belongs to, `time` the columns that order it."""

    name: str
    zh: str
    above: tuple[str, ...]
    time: tuple[str, ...]


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("encounter", "就诊", (), ("admitted_at", "discharged_at")),
        Kind("claim", "结算", ("encounter",), ("settled_at",)),
        Kind("line", "费用明细", ("claim", "encounter"), ("charged_at",)),
        Kind("raw_line", "费用明细（冲销前）", ("claim", "encounter"), ("charged_at",)),
        Kind("diagnosis", "诊断", ("claim", "encounter"), ("admitted_at",)),
        Kind("operation", "手术操作", ("claim", "encounter"), ("operated_at",)),
        Kind("day", "在院日", ("encounter",), ("date",)),
        Kind("finding", "审核结果", ("claim", "encounter"), ("event_date",)),
    )
}
