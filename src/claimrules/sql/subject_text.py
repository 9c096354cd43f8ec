"""What a subject is called: the keys of `per` with their values, or the row's own names."""

from sqlglot import exp

from claimrules.catalog import Base, Type
from claimrules.language.expression import Call, Expr, MatchRow, RowId
from claimrules.language.rule import KeySpec
from claimrules.sql.fragments import sql, text
from claimrules.sql.place import Place
from claimrules.sql.text_of import text_of
from claimrules.sql.values import Values


def own_text(kind: str, alias: str = "r") -> exp.Expr:
    """A row by its ids: `claim=C1; line=l1`, `person=P1; provider=H1; encounter=E1`."""
    claim = f"'claim=' || {alias}.claim_claim_id"
    shapes = {
        "claim": claim,
        "encounter": _encounter(alias),
        "day": f"{_encounter(alias)} || '; day=' || CAST({alias}.day_date AS VARCHAR)",
        "line": f"{claim} || '; line=' || {alias}.line_line_id",
        "raw_line": f"{claim} || '; line=' || {alias}.raw_line_line_id",
        "diagnosis": (
            f"{claim} || '; diagnosis=' || COALESCE({alias}.diagnosis_diagnosis_code, '') || '@' || "
            f"COALESCE(CAST({alias}.diagnosis_sequence AS VARCHAR), '')"
        ),
        "operation": f"{claim} || '; operation=' || COALESCE({alias}.operation_operation_code, '') || '@' || COALESCE(_at, '')",
    }
    at = text_of(sql(f"{alias}.operation_operated_at"), Type(Base.TIMESTAMP))
    return sql(shapes[kind], at=at)


def _encounter(alias: str) -> str:
    return (
        f"'person=' || COALESCE({alias}.encounter_person_id, '') || '; provider=' || COALESCE({alias}.encounter_provider_id, '') "
        f"|| '; encounter=' || {alias}.encounter_encounter_id"
    )


def row_id(kind: str, alias: str = "r") -> exp.Expr:
    """What names a violating row: claim/line, else the row's own text."""
    if kind in ("line", "raw_line"):
        return sql(f"{alias}.claim_claim_id || '/' || {alias}.{kind}_line_id")
    return own_text(kind, alias)


def key_text(key: KeySpec, values: Values) -> exp.Expr:
    """A key's value as text; ? where it is not known."""
    value: Expr = key.value
    if isinstance(value, RowId):
        shown = own_text(value.kind)
    elif isinstance(value, MatchRow):
        shown = values(value, Place())
    else:
        shown = text_of(values(value, Place()), value.type)
        if isinstance(value, Call) and value.function == "run":  # a row that stands in no run goes by its own x
            shown = sql("COALESCE(_a, _b)", a=shown, b=text_of(values(value.arguments[0], Place()), value.arguments[0].type))
    return sql("_name || COALESCE(_shown, '?')", name=text(f"{key.name}="), shown=shown)


def subject_text(keys: tuple[KeySpec, ...], kind: str, values: Values) -> exp.Expr:
    """The subject of a row."""
    if not keys:
        return own_text(kind)
    out = key_text(keys[0], values)
    for key in keys[1:]:
        out = sql("_a || '; ' || _b", a=out, b=key_text(key, values))
    return out
