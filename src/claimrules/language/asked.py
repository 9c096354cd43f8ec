"""The same expression asked of another row of the rule."""

from claimrules.language.expression import Call, Case, Expr, Field, Let, Literal, MatchField, MatchRow, Param, RowId
from claimrules.language.scope import OtherNames, Scope


def asked_of(node: Expr, name: str, other: OtherNames, scope: Scope) -> Expr | None:
    """`node` asked of a row of `name`; None where that kind of row has no such value."""

    def every(nodes: tuple[Expr, ...]) -> tuple[Expr, ...] | None:
        mapped = [asked_of(part, name, other, scope) for part in nodes]
        return None if any(part is None for part in mapped) else tuple(part for part in mapped if part is not None)

    match node:
        case Field(type=t, owner="", kind=kind, name=column):
            if kind in scope.kinds(other.kind):
                return Field(t, name, kind, column)
            named = other.kind == "finding" and column in scope.fields("finding")
            return Field(t, name, "finding", column) if named else None
        case RowId(type=t, owner="", kind=kind):
            return RowId(t, name, kind) if kind in scope.kinds(other.kind) else None
        case MatchField(type=t, owner="", match=match, column=column):
            return MatchField(t, name, match, column) if match in other.matches else None
        case MatchRow(type=t, owner="", match=match):
            return MatchRow(t, name, match) if match in other.matches else None
        case Let(name=let) if let in scope.lets:
            return asked_of(scope.lets[let].value, name, other, scope)
        case Call(type=t, function=function, arguments=arguments):
            mapped = every(arguments)
            return None if mapped is None else Call(t, function, mapped)
        case Case(type=t, branches=branches, otherwise=otherwise):
            whole = every((*(part for branch in branches for part in branch), otherwise))
            if whole is None:
                return None
            pairs = tuple(zip(whole[0:-1:2], whole[1:-1:2], strict=True))
            return Case(t, pairs, whole[-1])
        case Literal() | Param():
            return node
        case _:
            return None
