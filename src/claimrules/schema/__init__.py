"""JSON Schema for editors, of every YAML file that a person writes.

Takes: the frames by which the files are read, and the catalog. Gives: schemas of draft 7, with a title and a sentence for
each key. Never: checks a file itself; `claimrules check` says more, of SQL too.
"""

from claimrules.schema.files import FILES, schema_of

__all__ = ["FILES", "schema_of"]
