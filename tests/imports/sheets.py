"""Workbooks and texts in the form in which they are published, with invented codes."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

DRUGS = {letter: f"XZZ{letter}0000000000000000000"[:23] for letter in "ABCDEFGH"}
"""Invented drug codes of 23 characters, by a letter."""


def workbook(path: Path, sheets: dict[str, Sequence[Sequence[Any]]], merged: dict[str, Sequence[str]] | None = None) -> Path:
    """Write an .xlsx: rows by sheet, and ranges that are merged, as `A1:E1`."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for area in (merged or {}).get(name, ()):
            sheet.merge_cells(area)
    book.save(path)
    return path


def official_drug_sex(path: Path, name: str = "知识点.xlsx") -> Path:
    """Two titles, a note, a header in row 4, a total and a remark; names with codes on a second sheet, names merged.

    23 characters a code: D-C are one cell with `・`, a full-width code in another.
    """
    wide = "".join(chr(ord(c) + 0xFEE0) for c in DRUGS["E"])
    names = [
        ["附件1", None, None, None, None],
        ["药品区分性别使用知识点（第一批）", None, None, None, None],
        [None, None, None, None, "单位：个"],
        ["序号", "药品\n通用名", "药品说明", "限定类型", "限定对象"],
        ["１", "甲片（缓释）", "限女性。", "限定性别对象", "女"],
        [2, "乙丸", "用于男性。", "限定性别对象", "男"],
        [3, "丙散", "限女性。", None, None],
        [None, None, None, None, None],
        [4, "丁膏", "限女性。", "限定性别对象", "女"],
        ["合计", 4, None, None, None],
        ["备注：各省可以细化。", None, None, None, None],
        ["国家医疗保障局", None, None, None, None],
    ]
    codes = [
        ["药品代码对照表", None, None],
        ["药品通用名", "序号", "国标代码"],
        ["甲片(缓释)", 1, DRUGS["A"]],
        [None, 2, DRUGS["B"]],
        ["乙丸", 1, f"{DRUGS['C']}・{DRUGS['D']}"],
        ["丙散", 1, wide],
        ["无名汤", 1, DRUGS["F"]],
        ["丁膏", 1, f"{DRUGS['G']}\n{DRUGS['H']}"],
    ]
    merged = {"知识点": ["A1:E1", "A2:E2", "D6:D7", "A11:E11"], "代码": ["A3:A4", "A1:C1"]}
    return workbook(path / name, {"知识点": names, "代码": codes}, merged)


def csv_text(path: Path, name: str, *lines: str, encoding: str = "utf-8") -> Path:
    """Write a file of text, with CRLF line ends as the agency's have."""
    file = path / name
    file.write_bytes("\r\n".join([*lines, ""]).encode(encoding))
    return file


def item(number: int) -> str:
    """An invented item code of 15 digits."""
    return f"{number:015d}"


def table_rows(folder: Path, table: str) -> list[dict[str, str]]:
    """The rows of a table that was written, as its file has them."""
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
