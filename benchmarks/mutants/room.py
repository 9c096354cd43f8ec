"""The rooms that are mutated, and the tests that each must stand up to."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "claimrules"


@dataclass(frozen=True)
class Room:
    """A folder of the package and the test folders that are its own."""

    name: str
    tests: tuple[str, ...]

    def files(self) -> list[Path]:
        """The room's modules, in one order."""
        return sorted((PACKAGE / self.name).rglob("*.py"))


ROOMS = (
    Room("language", ("tests/language",)),
    Room("plan", ("tests/plan", "tests/language", "tests/pack")),
    Room("engine", ("tests/engine", "tests/oracle", "tests/micro", "tests/archetypes", "tests/pack")),
    Room("findings", ("tests/findings", "tests/micro", "tests/oracle")),
)


def module_name(path: Path) -> str:
    """The name that Python imports a file of the package by."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
