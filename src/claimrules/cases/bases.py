"""The bases that cases start from: a few ordinary claims, shipped with the package or kept beside the rules."""

from importlib import resources
from pathlib import Path

from claimrules.diagnostics import Node, read_yaml


def shipped_bases() -> tuple[str, ...]:
    """The names that `given:` knows in every rule base."""
    found = (item.name for item in resources.files(__package__).joinpath("bases").iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml")))


def base_names(root: Path) -> tuple[str, ...]:
    """The names that `given:` knows, the rule base's own included."""
    own = (path.stem for path in (root / "bases").glob("*.yaml"))
    return tuple(sorted({*shipped_bases(), *own}))


def read_base(name: str, root: Path) -> Node | None:
    """The base's YAML, or None where there is none of that name. A rule base's own hides a shipped one.

    Raises:
        ClaimRulesError: the file is there and is not YAML.
    """
    if name not in base_names(root):
        return None
    own = root / "bases" / f"{name}.yaml"
    if own.is_file():
        return read_yaml(own)
    text = resources.files(__package__).joinpath("bases", f"{name}.yaml").read_text(encoding="utf-8")
    return read_yaml(text, f"<base {name}>")
