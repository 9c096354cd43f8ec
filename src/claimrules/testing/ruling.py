"""Made-up rules of the whole language, as the text of their files. Not every one of them passes the checker."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from claimrules.catalog import Base, TableSchema
from claimrules.testing.choice import Choice, one_in
from claimrules.testing.terms import Name, Reach, condition, fields_of, number
from claimrules.testing.vocabulary import shared_name

KINDS = ("line", "line", "line", "line", "claim", "encounter", "encounter", "day", "diagnosis", "operation", "raw_line")
ABOVE = {
    "line": ("claim",),
    "raw_line": ("claim",),
    "claim": (),
    "encounter": (),
    "day": ("encounter",),
    "diagnosis": ("claim",),
    "operation": ("claim",),
}
BELOW = {
    "line": ("diagnosis", "operation"),
    "raw_line": ("diagnosis",),
    "claim": ("line", "diagnosis"),
    "encounter": ("line", "claim", "diagnosis", "operation"),
    "day": ("line", "diagnosis"),
    "diagnosis": ("line",),
    "operation": ("line",),
}
KEYS = {
    "line": ("person", "provider", "item", "encounter", "claim", "day", "month", "department", "week", "region"),
    "raw_line": ("person", "item", "claim", "day"),
    "claim": ("person", "provider", "month", "day", "region"),
    "encounter": ("person", "provider", "month", "department"),
    "day": ("encounter", "person"),
    "diagnosis": ("encounter", "person"),
    "operation": ("encounter", "person"),
}
WINDOWS = (
    *("day", "month", "week", "encounter", "6 hours apart", "2 days before", "1 days apart", "3 days after", "last 2 days"),
    *("before", "after", "last 30 days", "1 months apart", "hour", "90 minutes apart", "course"),
)
CODE_OF = {
    "line": "line.item_code",
    "raw_line": "line.item_code",
    "diagnosis": "diagnosis.diagnosis_code",
    "operation": "operation.operation_code",
}


LINKS = {"claim": ("day", "1 days apart", "week"), "encounter": ("day", "1 days apart", "2 days before")}
"""Windows in which persons may meet, by the kind of row."""
PEERS = (
    *("count(peers) >= 2", "size > max(peers.size)", "size <= min(peers.size)", "any(peers.size > size)"),
    *("count(DISTINCT peers.size) = 1", "sum(peers.size) > 3"),
)
TIME_OF = {"line": "line.charged_at", "claim": "claim.settled_at", "encounter": "encounter.admitted_at", "day": "day.date"}
Sets = tuple[tuple[str, tuple[Name, ...]], ...]


def make_rule(choice: Choice, tables: Mapping[str, TableSchema], name: str) -> str:
    """The YAML text of one rule over these knowledge tables, called `name`."""
    return _Draft(choice, tables).text(name)


@dataclass
class _Draft:
    """A rule on its way."""

    choice: Choice
    tables: Mapping[str, TableSchema]
    keys: dict[str, Any] = field(default_factory=dict)

    def text(self, name: str) -> str:
        head = {
            "id": name,
            "title": {"zh": "规则", "en": "rule"},
            "category": "management",
            "verdict": "violation",
            "message": {"zh": "违规", "en": "violation"},
        }
        self._logic()
        return yaml.safe_dump({**head, **self.keys}, allow_unicode=True, sort_keys=False, width=1000)

    def _logic(self) -> None:
        choice = self.choice
        kind = choice.pick(KINDS)
        if kind != "line":
            self.keys["of"] = kind
        own = fields_of(kind)
        row = (*own, *(n for above in ABOVE[kind] for n in fields_of(above)))
        below = tuple((k, fields_of(k)) for k in BELOW[kind])
        if one_in(choice, 2):
            self.keys["rows"] = condition(choice, Reach(row, below), 1)
        grouped = choice.pick((False, False, True))
        matched = self._match(kind)
        known: Sets = ()
        if self._takes_all() and not grouped:  # a set of knowledge rows: only aggregates name its columns
            known = (("known", matched),)
            matched = ()
        singles, others = self._others(kind, row) if one_in(choice, 2) else ((), ())
        inside = Reach((*row, *matched, *singles), (*below, *others, *known))
        let: tuple[Name, ...] = ()
        if one_in(choice, 3):
            self.keys["let"] = {"some": number(choice, inside, 1)}
            let = (Name("some", _NUMBER),)
        inside = Reach((*inside.names, *let), inside.sets)
        if grouped:
            self._of_subjects(kind, inside, own)
        else:
            self._flag("flag", inside)
        if one_in(choice, 3):
            self.keys.setdefault("params", {})["most"] = {"default": choice.pick((1, 2, 3))}
        self._amount(kind, inside)

    def _flag(self, key: str, reach: Reach) -> None:
        choice = self.choice
        if one_in(choice, 5):
            self.keys[key] = {"first": condition(choice, reach, 1), "second": condition(choice, reach, 1)}
        else:
            self.keys[key] = condition(choice, reach, 2)
        for name in ("unless", "doubt"):
            if one_in(choice, 5):
                self.keys[name] = {"reason": condition(choice, reach, 1)}

    def _of_subjects(self, kind: str, inside: Reach, own: tuple[Name, ...]) -> None:
        choice = self.choice
        keys: list[Any] = list(dict.fromkeys(choice.pick(KEYS[kind]) for _ in range(choice.number(1, 3))))
        if self._takes_all():
            keys.append("known")
        time = TIME_OF.get(kind)
        if time and one_in(choice, 5):
            keys.append({"spell": f"run({time}::date, {choice.pick(('1', '2', 'INTERVAL 2 DAY'))})"})
        if kind in LINKS and one_in(choice, 2):
            keys = [keys[0], {"ring": self._ring(kind)}]
        self.keys["per"] = keys
        if isinstance(keys[0], str) and one_in(choice, 4):
            self._beside_subjects(keys[0], inside)
            return
        if one_in(choice, 2):
            numbers = tuple(n for n in own if n.type.base is Base.DECIMAL)
            self._flag("flag_rows", Reach(inside.names, inside.sets, walks=bool(numbers), walked=numbers))
            if one_in(choice, 4) and numbers:
                self.keys["order"] = f"{choice.pick(numbers).text} DESC"
        else:
            self._flag("flag", Reach((), (("*", inside.names),)))

    def _ring(self, kind: str) -> str:
        """A key that joins persons who meet."""
        choice = self.choice
        spec = {"same": ["provider"], "within": choice.pick(LINKS[kind]), "where": f"met.person_id <> {kind}.person_id"}
        self.keys.setdefault("others", {})["met"] = spec
        return f"cluster(met, {choice.pick(('1', '2'))})"

    def _beside_subjects(self, key: str, inside: Reach) -> None:
        """A flag that compares a subject with those that share a key with it."""
        choice = self.choice
        spec: dict[str, Any] = {"of": "subject", "same": [key]}
        if one_in(choice, 3):
            spec["itself"] = True
        own = Reach((), (("*", inside.names),))
        if one_in(choice, 3):
            spec["where"] = f"peers.size >= {choice.pick(('0', '1', 'size'))}"
        self.keys.setdefault("others", {})["peers"] = spec
        self.keys.setdefault("let", {})["size"] = number(choice, own, 1)
        compared = choice.pick(PEERS)
        self.keys["flag"] = f"{compared} {choice.pick(('AND', 'OR'))} {condition(choice, own, 1)}"

    def _takes_all(self) -> bool:
        return any(m.get("take") == "all" for m in self.keys.get("match", {}).values())

    def _match(self, kind: str) -> tuple[Name, ...]:
        choice = self.choice
        known = [t for t in self.tables.values() if t.name != "code_sets"]
        if not known or one_in(choice, 3) or kind not in CODE_OF:
            return ()
        table = choice.pick(known)
        keys = {table.key[0].name: CODE_OF[kind]}
        for key in table.key[1:]:
            if shared_name(key.name):
                tail = "." + key.name
                keys[key.name] = next((n.text for n in fields_of("claim") if n.text.endswith(tail)), CODE_OF[kind])
            elif table.columns[key.name].values:
                keys[key.name] = next(
                    (n.text for n in fields_of("claim") if n.type.values == table.columns[key.name].values), ""
                )
            else:
                keys[key.name] = CODE_OF[kind]
        spec: dict[str, Any] = {"table": table.name, "key": {k: v for k, v in keys.items() if v}}
        if one_in(choice, 6):
            spec["at"] = choice.pick(("ever", "claim.settled_at"))
        if one_in(choice, 4):
            spec["take"] = "all"
        self.keys["match"] = {"known": spec}
        return tuple(Name(f"known.{c}", t) for c, t in table.columns.items() if t.base is not Base.WINDOW)

    def _others(self, kind: str, row: tuple[Name, ...]) -> tuple[tuple[Name, ...], Sets]:
        """What one other row is named, and what a set of them is."""
        choice = self.choice
        of = choice.pick(("rows", "line", "claim", "encounter"))
        names = fields_of(kind if of == "rows" else of, "near")
        same = list(dict.fromkeys(choice.pick(("person", "person", "provider", "encounter")) for _ in range(2)))
        if of in ("claim", "encounter") or (of == "rows" and kind in ("claim", "encounter")):
            same = [key for key in same if key != "encounter"] or ["person"]
        spec: dict[str, Any] = {"of": of, "same": same}
        if one_in(choice, 2):
            spec["within"] = choice.pick(WINDOWS)
            if spec["within"] == "course":
                self.keys["params"] = {"course_gap_days": {"default": choice.pick((0, 1, 3))}}
        if one_in(choice, 3):
            spec["where"] = condition(choice, Reach((*names, *row)), 1)
        if one_in(choice, 6):
            spec["itself"] = True
        self.keys["others"] = {"near": spec}
        if not one_in(choice, 3):
            return (), (("near", names),)
        spec["take"] = choice.pick(("first", "last", "previous", "next", "one"))
        if spec["take"] in ("previous", "next"):
            spec.pop("within", None)
        numbers = [n for n in names if n.type.base is Base.DECIMAL]
        if spec["take"] != "one" and numbers and one_in(choice, 2):
            spec["order"] = f"{choice.pick(numbers).text}{choice.pick(('', ' DESC'))}"
        return names, ()

    def _amount(self, kind: str, reach: Reach) -> None:
        choice = self.choice
        if kind == "line" and one_in(choice, 3):
            self.keys["amount"] = f"excess_quantity({number(choice, Reach(reach.names), 1)})"
        elif kind == "line" and one_in(choice, 3):
            self.keys["amount"] = choice.pick(("discount({})", "excess_money({})", "excess_price({})")).format(
                number(choice, Reach(reach.names), 1)
            )
        elif kind == "encounter":
            self.keys["amount"] = choice.pick(("whole_encounter", "none", "excess_money(encounter.total_amount - 1.5)"))
        elif kind in ("diagnosis", "operation", "raw_line"):
            self.keys["amount"] = "none"


_NUMBER = next(n.type for n in fields_of("line") if n.text == "line.amount")
