"""A small claims folder, written from rows of text."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Write = Callable[[Mapping[str, str]], Path]

CLAIMS = """claim_id,person_id,provider_id,sex,birth_date,admitted_at,is_reversed,total_amount
C1,P1,H1,male,1980-01-02,2024-03-01 08:00:00,0,10.00
C2,P2,H1,female,1990-05-06,2024-03-02,0,20.50
C3,P1,H2,unknown,,2024-03-03T09:30:00Z,1,30
"""
LINES = """line_id,claim_id,item_code,quantity,amount,charged_at
1,C1,X1,1,4.00,2024-03-01
2,C1,X2,2,6.00,2024-03-01
1,C2,X1,1,20.50,2024-03-02
1,C3,X9,1,30,2024-03-03
"""


@pytest.fixture
def folder(tmp_path: Path) -> Write:
    def write(files: Mapping[str, str]) -> Path:
        where = tmp_path / "claims_folder"
        where.mkdir(exist_ok=True)
        for name, text in files.items():
            path = where / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return where

    return write


@pytest.fixture
def small() -> dict[str, str]:
    return {"claims.csv": CLAIMS, "lines.csv": LINES}
