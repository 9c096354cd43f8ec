"""The frame of a rule file: what keys it has and what each takes. The JSON Schema for editors comes from here."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Sql = Annotated[str, StringConstraints(min_length=1)]


class Strict(BaseModel):
    """Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(Strict):
    """Words in Chinese and in English."""

    zh: str
    en: str


class BasisFrame(Strict):
    """A legal ground."""

    source: str
    article: str = ""


class EffectiveFrame(Strict):
    """From when to when the rule holds, by each row's own date; both ends in."""

    from_: date | None = Field(None, alias="from")
    to: date | None = None


class ParamFrame(Strict):
    """A named number."""

    default: str
    unit: str = ""
    values: tuple[str, ...] = ()
    source: str = ""


class MatchFrame(Strict):
    """A look-up of knowledge rows."""

    table: Name
    key: dict[str, Sql]
    where: Sql | None = None
    at: Sql | None = None
    take: Literal["one", "all"] = "one"


class OtherFrame(Strict):
    """Rows that are not this one."""

    of: str = "rows"
    rows: Sql | None = None
    match: dict[Name, MatchFrame] = {}
    same: tuple[Sql, ...] = ()
    within: str | None = None
    where: Sql | None = None
    itself: bool = False
    take: Literal["all", "one", "previous", "next", "first", "last"] = "all"
    order: Sql | None = None


class ExceptionFrame(Strict):
    """A named exception or doubt."""

    when: Sql
    because: str = ""
    source: str = ""


class ObservedFrame(Strict):
    """What was seen, what is allowed."""

    value: Sql | None = None
    limit: Sql | None = None
    unit: str = ""


def _one_key(key: str) -> Any:
    """A bare value stands for the mapping with one key."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


class RuleFrame(Strict):
    """One rule file, its keys in the order in which `claimrules fmt` writes them."""

    id: Name
    version: int = 1
    title: Bilingual
    national_number: int | None = None
    national_code: str = ""
    category: Literal["policy", "management", "medical", "indicator"]
    verdict: Literal["violation", "suspicious", "indicator"]
    severity: Literal["low", "medium", "high"] = "medium"
    status: Literal["draft", "shadow", "active", "retired"] = "active"
    supersedes: str = ""
    effective: EffectiveFrame = EffectiveFrame()  # type: ignore[call-arg]
    basis: tuple[BasisFrame, ...] = ()
    description: Bilingual | None = None

    of: Literal["line", "claim", "encounter", "day", "diagnosis", "operation", "raw_line"] = "line"
    rows: Sql | None = None
    match: dict[Name, MatchFrame] = {}
    params: dict[Name, Annotated[ParamFrame, _one_key("default")]] = {}
    per: tuple[Sql | dict[Name, Sql], ...] = ()
    order: Sql | tuple[Sql, ...] = ()
    others: dict[Name, OtherFrame] = {}
    let: dict[Name, Sql] = {}
    flag: Sql | dict[str, Sql] | None = None
    flag_rows: Sql | dict[str, Sql] | None = None
    unless: dict[str, Annotated[ExceptionFrame, _one_key("when")]] = {}
    doubt: dict[str, Annotated[ExceptionFrame, _one_key("when")]] = {}
    amount: Sql = "full_line"
    observed: ObservedFrame = ObservedFrame()
    message: Bilingual
    equivalent_mutants: dict[str, str] = {}
    examples: Any = None
