"""The version of the library, apart from the versions of rules."""

__version__ = "0.1.0"
