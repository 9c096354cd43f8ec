"""Which files of a folder are rule files."""

from pathlib import Path

_NO_RULES = {"sources.yaml", "parameters.yaml", "exemptions.yaml", "columns.yaml"}
_NO_RULE_FOLDERS = {"knowledge", "bases"}


def rule_files(rules: Path) -> tuple[Path, ...]:
    """The rule files under a folder, sorted; the file itself where `rules` is one."""
    if rules.is_file():
        return (rules,)
    return tuple(
        path
        for path in sorted(rules.rglob("*.yaml"))
        if path.name not in _NO_RULES and not _NO_RULE_FOLDERS.intersection(path.relative_to(rules).parent.parts)
    )
