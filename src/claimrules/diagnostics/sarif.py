"""Diagnostics as SARIF 2.1.0, the form in which code hosts and editors take the results of analysers."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from claimrules.diagnostics.diagnostic import Diagnostic, Level
from claimrules.diagnostics.github import path_of, text_of
from claimrules.diagnostics.meanings import meaning_of
from claimrules.diagnostics.place import Place
from claimrules.version import __version__

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def as_sarif(diagnostics: Iterable[Diagnostic], allowed: Mapping[Diagnostic, str] | None = None) -> dict[str, Any]:
    """One run as a SARIF log, ready for `json.dumps`.

    `allowed`: diagnostics that a comment suppresses, with its reason; they are results too, marked as suppressed.
    """
    reasons = allowed or {}
    found = sorted([*diagnostics, *reasons])
    codes = sorted({one.code for one in found})
    driver = {"name": "claimrules", "version": __version__, "rules": [_rule(code) for code in codes]}
    results = [_result(one, codes.index(one.code), reasons.get(one)) for one in found]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str) -> dict[str, Any]:
    meaning = meaning_of(code)
    if meaning is None:
        return {"id": code}
    return {
        "id": code,
        "shortDescription": {"text": meaning.title},
        "fullDescription": {"text": meaning.cause},
        "help": {"text": meaning.remedy},
    }


def _result(one: Diagnostic, index: int, reason: str | None) -> dict[str, Any]:
    out: dict[str, Any] = {
        "ruleId": one.code,
        "ruleIndex": index,
        "level": "error" if one.level is Level.ERROR else "warning",
        "message": {"text": text_of(one)},
    }
    if one.place:
        out["locations"] = [{"physicalLocation": _location(one.place)}]
        # The same complaint a few lines further down is the same result.
        told = f"{one.code}\0{path_of(one.place)}\0{one.message}"
        out["partialFingerprints"] = {"claimrules/v1": hashlib.sha256(told.encode()).hexdigest()}
        if one.instead and one.place.line:
            out["fixes"] = [_fix(one.place, one.instead)]
    if reason is not None:
        out["suppressions"] = [{"kind": "inSource", "justification": reason}]
    return out


def _location(place: Place) -> dict[str, Any]:
    out: dict[str, Any] = {"artifactLocation": {"uri": quote(path_of(place))}}
    if place.line:
        out["region"] = {"startLine": place.line}
        if place.column:
            out["region"] |= {"startColumn": place.column, "endColumn": place.column + place.length}
    return out


def _fix(place: Place, instead: str) -> dict[str, Any]:
    where = _location(place)
    replaced = {"deletedRegion": where["region"], "insertedContent": {"text": instead}}
    change = {"artifactLocation": where["artifactLocation"], "replacements": [replaced]}
    return {"description": {"text": f"write `{instead}`"}, "artifactChanges": [change]}
