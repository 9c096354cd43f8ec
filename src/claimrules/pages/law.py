"""The legal grounds of a rule, with the text of the article and whether it was checked."""

from collections.abc import Mapping

from claimrules.language.rule import Basis, Rule
from claimrules.language.sources import Source
from claimrules.pages.markdown import plain, table
from claimrules.pages.words import VERIFIED


def law_table(rule: Rule, sources: Mapping[str, Source]) -> str:
    """A row for each ground."""
    heads = ["依据 · source", "条款 · article", "条文 · text", "施行 · in force", "核对 · checked"]
    return table(heads, [_ground(basis, sources.get(basis.source)) for basis in rule.basis])


def _ground(basis: Basis, source: Source | None) -> list[str]:
    if source is None:
        return [plain(basis.source), plain(basis.article), "", "", ""]
    title = f"《{source.title.zh}》 {source.number}".strip()
    named = f"[{plain(title)}]({source.url})" if source.url else plain(title)
    return [
        f"{named}<br>{plain(source.title.en)}",
        plain(basis.article),
        plain(source.articles.get(basis.article, "")),
        str(source.since or ""),
        VERIFIED[source.verified],
    ]
