"""Keys of `per` that chain rows together: runs, and clusters of persons."""

from collections.abc import Sequence

from sqlglot import exp

from claimrules.catalog import TEXT, Base
from claimrules.language.expression import Aggregate, Call, Expr, Field, Key, Literal
from claimrules.language.rule import KeySpec
from claimrules.language.scope import time_of
from claimrules.sql.fragments import every, sql, table
from claimrules.sql.place import Known, Place
from claimrules.sql.query import select
from claimrules.sql.stages import Stages


def chains(node: Expr) -> bool:
    """Whether a key chains rows together."""
    return isinstance(node, Call | Aggregate) and node.function in ("run", "cluster")


def loose_of(names: list[str], chained: Sequence[str] = ()) -> exp.Expr:
    """Whether a key of the row is not known, or the row stands in no chain of those that were made before."""
    return sql(" OR ".join([*(f"r.{name} IS NULL" for name in names), *(f"r.{key}_loose" for key in chained)]) or "FALSE")


def chain(stages: Stages, key: KeySpec, names: list[str]) -> list[str]:
    """Stages that make the key a column. Gives all keys' columns so far; `KEY_loose` and `KEY_doubtful` are columns after it."""
    value = key.value
    stages.require(*(child for child in (value.arguments if isinstance(value, Call) else ())))
    if isinstance(value, Aggregate):
        made = _cluster(stages, key, value, names)
    else:
        assert isinstance(value, Call)  # noqa: S101 - the two keys that chain
        made = _run(stages, key, value, names)
    stages.values.columns[Key(value.type, key.name)] = Known(made)
    stages.values.columns[value] = Known(made)
    stages.chained.append(key.name)
    return [*names, made]


def _run(stages: Stages, key: KeySpec, value: Call, names: list[str]) -> str:
    """Rows of equal other keys in order of x, broken where x - previous x > gap; named by its first x."""
    x, gap = (stages.values(a, Place()) for a in value.arguments)
    name = stages.free(f"key_{key.name}")
    step, wide, runs = (stages.free(f"{key.name}_{word}") for word in ("x", "gap", "runs"))
    known = every([sql("r.counts IS TRUE"), sql("_x IS NOT NULL", x=x), sql("_g IS NOT NULL", g=gap)])
    is_interval = value.arguments[1].type.base is Base.INTERVAL
    columns = [(step, x), (runs, known), (f"{key.name}_keyed", exp.not_(exp.paren(loose_of(names, stages.chained))))]
    if not is_interval:
        columns.append((wide, gap))
    stages.stage(
        f"{key.name}_steps",
        columns,
        f"{key.name}: rows that stand in a run, those of unknown x or that may not count do not",
    )
    part = ", ".join([f"r.{key.name}_keyed", f"r.{runs}", *(f"r.{n}" for n in names)])
    last = sql(f"LAG(r.{step}) OVER (PARTITION BY {part} ORDER BY r.{step}, r.entry)")
    starts, number = stages.free(f"{key.name}_starts"), stages.free(f"{key.name}_number")
    broken = _beyond(value, step, wide, last)
    stages.stage(
        f"{key.name}_breaks", [(starts, sql("CASE WHEN _broken IS FALSE THEN 0 ELSE 1 END", broken=exp.paren(broken)))]
    )
    stages.stage(
        f"{key.name}_numbered",
        [
            (
                number,
                sql(
                    f"SUM(r.{starts}) OVER (PARTITION BY {part} ORDER BY r.{step}, r.entry ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
                ),
            )
        ],
    )
    mates = ", ".join([f"r.{key.name}_keyed", *(f"r.{n}" for n in names)])
    stands = sql(f"r.{key.name}_keyed AND r.{runs}")
    doubtful = f"MAX(CASE WHEN r.{runs} THEN 0 ELSE 1 END) OVER (PARTITION BY {mates}) = 1"
    stages.stage(
        f"{key.name}_run",
        [
            (
                name,
                sql(
                    f"CASE WHEN _in THEN MIN(r.{step}) OVER (PARTITION BY {part}, r.{number}) ELSE r.{step} END",
                    **{"in": stands},
                ),
            ),
            (f"{key.name}_loose", sql(f"NOT (r.{key.name}_keyed AND r.{runs})")),
            (f"{key.name}_doubtful", sql(f"r.{runs} AND {doubtful}")),
        ],
        f"{key.name}: the run, named by its first x",
    )
    return name


def _beyond(value: Call, step: str, wide: str, last: exp.Expr) -> exp.Expr:
    """Whether this x is further than the gap from the one before."""
    x, by = value.arguments
    if isinstance(by, Literal) and isinstance(by.value, tuple):
        months, micros = by.value
        far = sql("CAST(_l AS TIMESTAMP)", l=last)
        if months:
            far = sql(f"_f + INTERVAL '{months}' MONTH", f=far)
        if micros:
            far = sql(f"_f + INTERVAL '{micros // 1_000_000}' SECOND", f=far)
        return sql(f"CAST(r.{step} AS TIMESTAMP) > _f", f=far)
    if x.type.is_time:
        return sql(
            f"DATE_DIFF('microsecond', CAST(_l AS TIMESTAMP), CAST(r.{step} AS TIMESTAMP)) > r.{wide} * CAST(86400000000 AS BIGINT)",
            l=last,
        )
    return sql(f"r.{step} - _l > r.{wide}", l=last)


def _cluster(stages: Stages, key: KeySpec, value: Aggregate, names: list[str]) -> str:
    """Persons connected by links; two are linked where rows of the set join them on n or more dates."""
    name = stages.free(f"key_{key.name}")
    relation = stages.relations.of(value.over)
    spec = stages.rule.other(value.over)
    me = stages.values(Field(TEXT, "", "encounter", "person_id"), Place())
    them = stages.values(Field(TEXT, spec.name, "encounter", "person_id"), relation.place)
    date = sql("CAST(_t AS DATE)", t=stages.values(time_of(stages.rule.kind), Place()))
    assert value.option is not None  # noqa: S101 - the checker asks for it
    least = stages.values(value.option, Place())
    body = (
        select(
            [
                ("a", me),
                ("b", them),
                ("date", date),
                ("sure", sql("COALESCE(p.sure AND r.counts, FALSE)")),
                ("least", least),
            ],
            table(relation.pairs, "p"),
        )
        .join(table(stages.now, "r"), on=sql("r.entry = p.entry"))
        .join(table(relation.rows, "o"), on=sql(f"o.{relation.number} = p.other"))
    )
    met = stages.query.add(f"{key.name}_met", body, "which persons met on which dates")
    known = _connected(stages, key.name, met, "COUNT(DISTINCT CASE WHEN m.sure THEN m.date END) >= MAX(m.least)", "known")
    wider = _connected(
        stages,
        key.name,
        met,
        "COUNT(DISTINCT m.date) + COUNT(CASE WHEN m.date IS NULL THEN 1 END) >= MAX(m.least)",
        "possible",
    )
    return _named(stages, key, names, name, me, known, wider, relation.beyond)


def _connected(stages: Stages, key: str, met: str, linked: str, word: str) -> str:
    """Each person of the rule's rows, or that a link names, with the smallest person that links connect it with."""
    query = stages.query
    body = select([sql("m.a"), sql("m.b")], table(met, "m")).where(sql("m.a IS NOT NULL AND m.b IS NOT NULL"))
    links = query.add(f"{key}_{word}_link", body.group_by(sql("m.a"), sql("m.b")).having(sql(linked)))
    both = exp.union(
        select([sql("l.a"), sql("l.b")], table(links, "l")),
        select([("a", sql("l.b")), ("b", sql("l.a"))], table(links, "l")),
    )
    pairs = query.add(f"{key}_{word}_pair", both)
    people = exp.union(select([("person", sql("x.a"))], table(met, "x")), select([("person", sql("x.b"))], table(met, "x")))
    person = query.add(f"{key}_{word}_person", people)
    reach = query.free(f"{key}_{word}_reach")
    start = select([sql("x.person"), ("mate", sql("x.person"))], table(person, "x")).where(sql("x.person IS NOT NULL"))
    more = select([sql("t.person"), sql("l.b")], table(reach, "t")).join(table(pairs, "l"), on=sql("l.a = t.mate"))
    query.parts.append(
        (reach, exp.union(start, more, distinct=True), f"who is connected with whom, by links that are {word}")
    )
    query.recursive = True
    body = select([sql("t.person"), ("head", sql("MIN(t.mate)")), ("size", sql("COUNT(*)"))], table(reach, "t"))
    return query.add(f"{key}_{word}", body.group_by(sql("t.person")))


def _named(
    stages: Stages,
    key: KeySpec,
    names: list[str],
    name: str,
    me: exp.Expr,
    known: str,
    wider: str,
    beyond: exp.Expr | None,
) -> str:
    person, loose = stages.free(f"{key.name}_person"), stages.free("loose_key")
    open_ = sql("COALESCE(_b, TRUE)", b=beyond) if beyond is not None else exp.false()
    gone = stages.free(f"{key.name}_open")
    stages.stage(f"{key.name}_people", [(person, me), (loose, loose_of(names, stages.chained)), (gone, open_)])
    body = (
        select(
            [
                sql("r.*"),
                (name, sql(f"COALESCE(k.head, r.{person})")),
                (f"{key.name}_wider", sql(f"COALESCE(w.head, r.{person})")),
                (f"{key.name}_grows", sql("COALESCE(w.size, 1) > COALESCE(k.size, 1)")),
            ],
            table(stages.now, "r"),
        )
        .join(table(known, "k"), on=sql(f"k.person = r.{person}"), join_type="left")
        .join(table(wider, "w"), on=sql(f"w.person = r.{person}"), join_type="left")
    )
    stages.now = stages.query.add(f"{key.name}_cluster", body, f"{key.name}: the cluster, named by its smallest person")
    some = f"MAX(CASE WHEN r.{gone} THEN 1 ELSE 0 END) OVER (PARTITION BY r.{key.name}_wider) = 1"
    stages.stage(
        f"{key.name}_doubt",
        [
            (f"{key.name}_loose", sql(f"r.{loose} OR r.{name} IS NULL")),
            (f"{key.name}_doubtful", sql(f"r.{key.name}_grows OR {some}")),
        ],
    )
    return name
