"""A frame → its JSON Schema, as an editor needs it.

What pydantic gives is turned in three ways. Our reader takes every scalar as text, and an editor types `15`, `true` and
`2.5` as YAML does: where we take a text, the schema takes any scalar. References are written out, because draft 7 has no
title beside a reference. And of a choice between forms one schema is made, because editors show the titles of all branches.
"""

from typing import Any

from pydantic import BaseModel

Schema = dict[str, Any]

SCALAR = ["string", "number", "boolean"]
DAY = r"^\d{4}-\d{2}-\d{2}$"
_SHOWN = ("title", "description", "examples")
_MEMBERS = ("properties", "patternProperties")
_NARROWING = ("enum", "required", "additionalProperties", "minLength", "pattern", "minProperties", "maxProperties")


def from_model(model: type[BaseModel]) -> Schema:
    """The schema of a file that `model` reads."""
    given = model.model_json_schema()
    return _written_out(given, given.get("$defs", {}))


def _written_out(node: Schema, frames: Schema) -> Schema:
    """`node` without references, choices and pydantic's own titles, in YAML's types."""
    if "$ref" in node:
        frame = frames[node["$ref"].rpartition("/")[2]]
        return _written_out({**_unnamed(frame), **{k: v for k, v in node.items() if k != "$ref"}}, frames)
    if "anyOf" in node:
        forms = [_written_out(form, frames) for form in node["anyOf"] if form != {"type": "null"}]
        return {**_one_of(forms), **_about(node)}
    out = {**_about(node), **_typed(node)}
    for key in _MEMBERS:
        if key in node:
            out[key] = {name: _written_out(member, frames) for name, member in node[key].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            out[key] = _written_out(node[key], frames)
    if "patternProperties" in node:
        out["additionalProperties"] = False
    return out


def _unnamed(frame: Schema) -> Schema:
    """A class is called so in Python, which says nothing to an author."""
    return {key: value for key, value in frame.items() if key != "title"}


def _about(node: Schema) -> Schema:
    """What is shown and not checked. An empty default is none."""
    out: Schema = {key: node[key] for key in _SHOWN if key in node}
    if isinstance(node.get("default"), str | int) and node["default"] not in ("", False):
        out["default"] = node["default"]
    return out


def _typed(node: Schema) -> Schema:
    """The type and what narrows it."""
    kept = {key: node[key] for key in _NARROWING if key in node}
    match node.get("type"):
        case None:
            return kept
        case "string" if node.get("format") == "date":
            return {"type": "string", "format": "date", "pattern": DAY}
        case "string" if not {"pattern", "enum"} & kept.keys():
            return {"type": SCALAR, **kept}
        case "integer":
            return {"type": ["integer", "string"], "pattern": r"^[0-9]+$", **kept}
        case kind:
            return {"type": kind, **kept}


def _one_of(forms: list[Schema]) -> Schema:
    """One schema for several forms: each word of JSON Schema narrows values of one type alone."""
    out: Schema = {"type": []}
    for form in map(_as_pattern, forms) if len(forms) > 1 else forms:
        kinds = form["type"] if isinstance(form["type"], list) else [form["type"]]
        out["type"] += [kind for kind in kinds if kind not in out["type"]]
        out.update({key: value for key, value in form.items() if key not in ("type", "description")})
    if len(out["type"]) == 1:
        out["type"] = out["type"][0]
    return out


def _as_pattern(form: Schema) -> Schema:
    """A closed list of texts that leaves values of other types alone, as `enum` does not."""
    if "enum" not in form:
        return form
    rest = {key: value for key, value in form.items() if key != "enum"}
    return {**rest, "pattern": f"^({'|'.join(form['enum'])})$", "examples": form["enum"]}
