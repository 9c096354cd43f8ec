"""The types of columns and expressions."""

from dataclasses import dataclass
from enum import StrEnum


class Base(StrEnum):
    """What a value is, without its parameters."""

    TEXT = "text"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DOUBLE = "double"
    DATE = "date"
    TIMESTAMP = "timestamp"
    INTERVAL = "interval"
    WINDOW = "window"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Type:
    """A type. `precision` and `scale` belong to decimals, `values` to an enumeration (a text of a closed list)."""

    base: Base
    precision: int = 0
    scale: int = 0
    values: tuple[str, ...] | None = None

    @property
    def is_number(self) -> bool:
        """An integer, a decimal or a double."""
        return self.base in (Base.INTEGER, Base.DECIMAL, Base.DOUBLE)

    @property
    def is_time(self) -> bool:
        """A date or a timestamp."""
        return self.base in (Base.DATE, Base.TIMESTAMP)

    def __str__(self) -> str:
        if self.base is Base.DECIMAL:
            return f"decimal({self.precision}, {self.scale})"
        if self.values:
            return f"one of {', '.join(self.values)}"
        return str(self.base)


def decimal(precision: int, scale: int) -> Type:
    """An exact number with `scale` digits after the point."""
    return Type(Base.DECIMAL, precision, scale)


def enumeration(*values: str) -> Type:
    """A text of a closed list, in the order in which its values compare."""
    return Type(Base.TEXT, values=values)


TEXT = Type(Base.TEXT)
BOOLEAN = Type(Base.BOOLEAN)
INTEGER = Type(Base.INTEGER)
DOUBLE = Type(Base.DOUBLE)
DATE = Type(Base.DATE)
TIMESTAMP = Type(Base.TIMESTAMP)
INTERVAL = Type(Base.INTERVAL)
WINDOW = Type(Base.WINDOW)
NULL = Type(Base.NULL)
MONEY = decimal(16, 2)
QUANTITY = decimal(16, 4)
PRICE = decimal(16, 6)
RATIO = decimal(5, 4)
