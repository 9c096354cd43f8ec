"""Options that several commands share, and their texts read."""

import os
import re
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

RulesArgument = Annotated[Path, typer.Argument(metavar="RULES", help="The folder of rules.", exists=True)]
KnowledgeOption = Annotated[
    list[Path] | None,
    typer.Option("--knowledge", help="A folder of knowledge tables laid over the rules' own; later ones win.", exists=True),
]
MappingOption = Annotated[str, typer.Option("--mapping", metavar="NAME|FILE", help="canonical, nhsa, or a mapping file.")]
ParamOption = Annotated[list[str] | None, typer.Option("--param", metavar="NAME=VALUE", help="Set a parameter; repeatable.")]
RegionOption = Annotated[
    str | None, typer.Option("--region", metavar="CODE", help="Where claims and tables name no region, this one.")
]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="What we would have said with the tables known then.")
]
HistoryFromOption = Annotated[
    str | None, typer.Option("--history-from", metavar="DATE", help="The first day that the claims cover wholly.")
]
JobsOption = Annotated[int, typer.Option("--jobs", metavar="N", min=1, help="Batches judged at the same time.")]
OnlyOption = Annotated[list[str] | None, typer.Option("--only", metavar="RULE", help="Only this rule; repeatable.")]

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "KI": 2**10, "MI": 2**20, "GI": 2**30, "TI": 2**40}
_REGION = re.compile(r"[0-9]{6}")
_BYTES = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?I?)B?", re.IGNORECASE)


class Language(StrEnum):
    """The language of tables and cards."""

    ZH = "zh"
    EN = "en"


def language(chosen: Language | None) -> str:
    """The language chosen, else that of the terminal."""
    if chosen:
        return str(chosen)
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if locale.startswith("zh") else "en"


def names(values: list[str] | None) -> list[str] | None:
    """The names of a repeatable option, commas separating as well; None where it was not given."""
    if not values:
        return None
    found = [name.strip() for value in values for name in value.split(",") if name.strip()]
    if not found:  # an empty variable of a script: to run no rule at all is never meant
        raise typer.BadParameter("it names no rule", param_hint="--only")
    return found


def params(values: list[str] | None) -> dict[str, str] | None:
    """`NAME=VALUE` texts as a mapping."""
    out: dict[str, str] = {}
    for value in values or ():
        name, equals, text = value.partition("=")
        if not equals or not name.strip():
            raise typer.BadParameter(f"`{value}` is not NAME=VALUE", param_hint="--param")
        out[name.strip()] = text.strip()
    return out or None


def day(text: str | None, option: str) -> date | None:
    """A date as 2025-06-30."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"`{text}` is not a date; write 2025-06-30", param_hint=option) from None


def place(text: str | None, option: str) -> str | None:
    """A region's code: six digits. Any other would be taken for a region that no table names, without a word."""
    if text is not None and not _REGION.fullmatch(text):
        raise typer.BadParameter(f"`{text}` is not a region; write its six digits, as 330100", param_hint=option)
    return text


def size(text: str | None, option: str) -> int | None:
    """A number of bytes, as 2000000000, 2GB or 1.5GiB."""
    if text is None:
        return None
    found = _BYTES.fullmatch(text.strip())
    value = int(float(found.group(1)) * _UNITS[found.group(2).upper()]) if found else 0
    if value <= 0:
        raise typer.BadParameter(f"`{text}` is not a size; write 2GB", param_hint=option)
    return value
