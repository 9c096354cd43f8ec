"""The shapes that the national agency and CMS publish, and a user's own."""

from importlib.resources import files
from pathlib import Path

from claimrules.diagnostics import Diagnostic, KnowledgeError, Place, suggest
from claimrules.imports.shape import Shape
from claimrules.imports.shape_yaml import read_shape


def built_in_names() -> tuple[str, ...]:
    """The names of the shapes that come with the library."""
    found = (item.name for item in (files("claimrules.imports") / "shapes").iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml")))


def load_shape(name: str | Path) -> Shape:
    """A built-in shape by its name, or a YAML file.

    Raises:
        KnowledgeError: CR332 there is no such shape, or all that is wrong with its file.
    """
    text = str(name)
    if text in built_in_names():
        source = (files("claimrules.imports") / "shapes" / f"{text}.yaml").read_text(encoding="utf-8")
        return read_shape(source, f"<{text}>")
    path = Path(text)
    if path.suffix in (".yaml", ".yml") or path.is_file():
        return read_shape(path, text)
    near = suggest(text, built_in_names())
    advice = f"did you mean `{near}`?" if near else f"name a YAML file, or one of {', '.join(built_in_names())}"
    raise KnowledgeError(Diagnostic("CR332", f"there is no shape `{text}`", Place(text), help=advice))
