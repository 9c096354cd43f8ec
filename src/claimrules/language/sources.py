"""`sources.yaml`: the laws and policies that rules rest on."""

from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from claimrules.diagnostics import ClaimRulesError, Diagnostic, LanguageError, MappingNode, ScalarNode, read_yaml
from claimrules.language.frame import Bilingual, EffectiveFrame, Strict, said


class Source(Strict):
    """A law or policy. `verified`: whether its text was checked against the official one; findings say so."""

    title: Annotated[Bilingual, said("名称", "What it is called.")]
    number: Annotated[str, said("文号", "The number of the document: 国务院令第735号.")] = ""
    issuer: Annotated[str, said("发布机关", "Who issued it.")] = ""
    in_force: Annotated[EffectiveFrame, said("施行期", "From when to when it is in force.")] = Field(
        default_factory=EffectiveFrame  # type: ignore[arg-type]
    )
    url: Annotated[str, said("网址", "Where it is published.")] = ""
    verified: Annotated[bool, said("已核对", "Its text was checked against the official one.")] = False
    articles: Annotated[dict[str, str], said("条款", "The articles that rules name, each with its text.")] = Field(
        default_factory=dict
    )

    @property
    def since(self) -> date | None:
        """From when it is in force."""
        return self.in_force.from_


def read_sources(path: Path) -> dict[str, Source]:
    """All sources by id; none where the file is not there.

    Raises:
        LanguageError: every wrong entry, with its place.
    """
    if not path.exists():
        return {}
    try:
        root = read_yaml(path)
    except ClaimRulesError as error:
        raise LanguageError(error.diagnostics) from None
    if not isinstance(root, MappingNode):
        raise LanguageError(Diagnostic("CR202", "sources.yaml is a mapping from id to source", root.place))
    found: list[Diagnostic] = []
    out: dict[str, Source] = {}
    for key, node in root.items:
        try:
            out[str(key.text)] = Source.model_validate(_plain(node))
        except ValidationError as error:
            for detail in error.errors():
                where = ".".join(str(step) for step in detail["loc"])
                message = f"source `{key.text}`: `{where}`: {detail['msg'].lower()}"
                found.append(Diagnostic("CR208", message, key.place))
    if found:
        raise LanguageError(found)
    return out


def _plain(node: object) -> object:
    if isinstance(node, MappingNode):
        return {str(k.text): _plain(v) for k, v in node.items}
    if isinstance(node, ScalarNode):
        return node.text
    return [_plain(item) for item in node] if hasattr(node, "__iter__") else None
