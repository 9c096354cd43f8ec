"""One thing that two rule bases say differently."""

from dataclasses import dataclass
from typing import Literal

from claimrules.diagnostics import Place

Kind = Literal["rule", "clause", "row", "table", "declaration", "exemption", "column", "option"]


@dataclass(frozen=True, slots=True)
class Move:
    """What moved: a rule that came or went, a clause of a rule, a row of knowledge, or how a table is declared.

    `of`: the rule, or the table (a parameter of `parameters.yaml` is the table `param.NAME`). `name`: the clause's path, or
    the row's key. `before`, `after`: how it reads, empty where it is not there. `table` stands for all moved rows of one.
    """

    kind: Kind
    of: str
    name: str
    before: str = ""
    after: str = ""
    old_place: Place | None = None
    new_place: Place | None = None

    @property
    def title(self) -> str:
        """`drug_sex: flag`, `table drug_sex: code=F1`."""
        if self.kind in ("rule", "clause"):
            return f"{self.of}: {self.name}"
        if self.kind in ("row", "table", "declaration"):
            return f"table {self.of}: {self.name}"
        return f"{self.of}: {self.name}"

    @property
    def place(self) -> Place | None:
        """Where it stands now, or where it stood."""
        return self.new_place or self.old_place
