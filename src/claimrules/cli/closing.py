"""What is said after an audit: rows by table, why subjects are undecided, why rows are rejected, how much was found."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from claimrules.catalog.registers import REGISTERS
from claimrules.cli.printing import counted

_TABLES = {"claims": "结算", "lines": "明细", "diagnoses": "诊断", "operations": "手术"} | {
    name: schema.titles["zh"] for name, schema in REGISTERS.items() if schema.titles
}
_WHY = {
    "reversed": "已冲销",
    "of reversed claims": "属于已冲销的结算",
    "by the mapping's filter": "被映射的条件排除",
    "reversed, or by the mapping's filter": "已冲销，或被映射的条件排除",
}


def why_left_out(mapping: Any) -> dict[str, str]:
    """For each table of a `batch.mapping.Mapping`, what can have left rows of it out; empty where nothing can."""
    claims = mapping.tables["claims"]
    reverses = any(column.target == "is_reversed" for column in claims.columns)
    out = {}
    for name, how in mapping.tables.items():
        filters = bool(how.where or claims.where)
        if reverses and filters:
            out[name] = "reversed, or by the mapping's filter"
        elif filters:
            out[name] = "by the mapping's filter"
        elif reverses:
            out[name] = "reversed" if name == "claims" else "of reversed claims"
    return out


def table_lines(tables: Mapping[str, Any], why: Mapping[str, str], language: str) -> Iterator[str]:
    """One line a table: `claims: 5 read, 4 audited, 0 rejected, 1 left out (1 reversed)`. `tables`: `summary.tables`."""
    for name, table in tables.items():
        cause = why.get(name, "") if table.left_out else ""
        if language == "zh":
            said = f"读入 {table.read:,}，审核 {table.audited:,}，拒收 {table.rejected:,}，不计 {table.left_out:,}"
            said += f"（{table.left_out:,} {_WHY[cause]}）" if cause else ""
            worth = f"，{table.amount:,.2f} 元" if table.amount is not None else ""
            yield f"{_TABLES.get(name, name)}：{said}{worth}"
        else:
            said = (
                f"{table.read:,} read, {table.audited:,} audited, {table.rejected:,} rejected, {table.left_out:,} left out"
            )
            said += f" ({table.left_out:,} {cause})" if cause else ""
            worth = f", {table.amount:,.2f} yuan" if table.amount is not None else ""
            yield f"{name}: {said}{worth}"


def undecided_lines(undecided: Any, language: str) -> Iterator[str]:
    """One line a rule with undecided subjects, most of them first: how many, and the commonest reason.

    A row without subject and claim counts the subjects of a column that the whole input lacks.
    """
    absent = pc.and_(pc.is_null(undecided["subject"]), pc.is_null(undecided["claim_id"]))
    table = undecided.select(["rule_id", "missing", "subjects"]).append_column("absent", absent)
    sums = table.group_by(["rule_id", "missing", "absent"], use_threads=False).aggregate([("subjects", "sum")])
    by_rule: dict[str, list[tuple[int, str, bool]]] = {}
    for row in sums.to_pylist():
        by_rule.setdefault(row["rule_id"], []).append((row["subjects_sum"], row["missing"], row["absent"]))
    totals = sorted((-sum(n for n, _, _ in found), rule_id) for rule_id, found in by_rule.items())
    if totals:
        yield "不能判断：" if language == "zh" else "undecided:"
    for total, rule_id in totals:
        yield f"  {rule_id} {-total:,} ({_commonest(by_rule[rule_id], language)})"


def _commonest(found: list[tuple[int, str, bool]], language: str) -> str:
    n, missing, absent = min(found, key=lambda one: (-one[0], one[1]))
    text = missing
    if absent:
        text = f"输入中没有 {missing}" if language == "zh" else f"{missing} is not in the input"
    if len(found) == 1:
        return text
    others = len(found) - 1
    if language == "zh":
        return f"{text}：{n:,}；另有 {others} 种原因"
    return f"{text}: {n:,}; {counted(others, 'other reason')}"


def reject_lines(rejects: Any, language: str) -> Iterator[str]:
    """One line a code: how many rows, and the first of them, by table, file and row."""
    counts = {row["values"]: row["counts"] for row in pc.value_counts(rejects["code"]).to_pylist()}
    if counts:
        yield "拒收：" if language == "zh" else "rejected:"
    for code in sorted(counts):
        first = rejects.slice(pc.index(rejects["code"], code).as_py(), 1).to_pylist()[0]
        yield f"  {code} ×{counts[code]:,}: {_place(first, language)}: {_shown(first['reason'])}"


def _place(row: Mapping[str, Any], language: str) -> str:
    table, file, number = row["source_table"], row["source_file"], row["row_number"]
    name = file or table
    where = name if Path(name).name.startswith(table) else f"{table}, {name}"
    text = name.endswith((".csv", ".csv.gz"))
    if language == "zh":
        return f"{where} 第 {number:,} 行" + ("（不计表头）" if text else "")
    return f"{where} row {number:,}" + (" (without the header)" if text else "")


def _shown(reason: str, most: int = 400) -> str:
    """On one line, without what would move the cursor of a terminal."""
    plain = "".join(c if c.isprintable() else "�" for c in " ".join(reason.split()))
    return plain if len(plain) <= most else plain[:most] + "…"


def last_line(findings: int, undecided: int, rejects: int, folder: Path, language: str) -> str:
    """`38 findings, 6 undecided, 0 rejects → OUT/`."""
    if language == "zh":
        return f"{findings:,} 条发现，{undecided:,} 个不能判断，{rejects:,} 行拒收 → {folder}/"
    return f"{counted(findings, 'finding')}, {undecided:,} undecided, {counted(rejects, 'reject')} → {folder}/"
