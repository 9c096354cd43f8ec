"""The room's door: a pack and the files of its rules → every page, by its path."""

from collections.abc import Iterator
from pathlib import Path

from claimrules.cases import read_cases
from claimrules.diagnostics import MappingNode, read_yaml
from claimrules.diagnostics.meanings import MEANINGS
from claimrules.pack import RulePack
from claimrules.pages.code_pages import code_page, codes_index
from claimrules.pages.index_pages import national_index, rules_index
from claimrules.pages.rule_page import rule_page


def pages_of(pack: RulePack) -> Iterator[tuple[str, str]]:
    """Path and Markdown of each page: `rules/ID.md`, `codes/CR214.md`, and the lists.

    Raises:
        CaseError: the cases of a rule cannot be read.
    """
    rules = [*pack.rules.values()]
    yield "rules/index.md", rules_index(rules, len(pack.knowledge.tables))
    yield "rules/national.md", national_index(rules)
    for rule in rules:
        root = read_yaml(Path(rule.file))
        if isinstance(root, MappingNode):
            yield f"rules/{rule.id}.md", rule_page(rule, root, read_cases(rule), pack.knowledge, pack.sources)
    yield "codes/index.md", codes_index()
    for name, meaning in MEANINGS.items():
        yield f"codes/{name}.md", code_page(name, meaning)
