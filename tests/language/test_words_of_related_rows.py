"""What `per`, `others` and `match` say is read as the page on the language has it: each value worked out by hand."""

from datetime import date

import pytest
from rule_texts import Reader

from claimrules.catalog import DATE, INTEGER, INTERVAL, Base, decimal
from claimrules.diagnostics import LanguageError
from claimrules.language import Rule, read_rule
from claimrules.language.expression import Aggregate, Call, Case, Field, Literal, MatchField, MatchRow, OfSubject, RowId
from claimrules.language.rule import OtherSpec
from claimrules.plan.print import show

DAY = 86_400_000_000


def key(read: Reader, text: str) -> object:
    """The second key of a rule that groups a person's lines."""
    return read(f'per: [person, k: "{text}"]\nflag: count(*) > 3\n').per[1].value


def other(read: Reader, body: str, rest: str = "flag: count(o) > 3\n") -> OtherSpec:
    return read(f"others: {{o: {{{body}}}}}\n{rest}").others[0]


def joined(spec: OtherSpec) -> list[tuple[str, str]]:
    return [(show(mine), show(theirs)) for mine, theirs in spec.same]


# keys


def test_a_run_of_days_keeps_its_gap_in_microseconds(read: Reader) -> None:
    found = key(read, "run(line.charged_at::date, INTERVAL 2 DAY)")
    assert isinstance(found, Call)
    assert (found.type, found.function, found.arguments[1]) == (DATE, "run", Literal(INTERVAL, (0, 2 * DAY)))
    assert show(found.arguments[0]) == "line.charged_at::date"


def test_a_run_of_numbers_has_a_number_for_a_gap(read: Reader) -> None:
    found = key(read, "run(line.quantity, 1.5)")
    assert isinstance(found, Call)
    assert (found.type, found.function, show(found)) == (decimal(16, 4), "run", "run(line.quantity, 1.5)")


def test_a_cluster_links_by_one_of_others(read: Reader) -> None:
    rule = read('others: {o: {same: [provider], within: day}}\nper: [g: "cluster(o, 2)"]\nflag: count(*) > 3\n')
    found = rule.per[0].value
    assert isinstance(found, Aggregate)
    assert (found.function, found.over, found.option) == ("cluster", "o", Literal(INTEGER, 2))


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("person", "encounter.person_id"),
        ("provider", "encounter.provider_id"),
        ("region", "claim.region"),
        ("encounter", "encounter"),
        ("claim", "claim"),
        ("prescription", "line.prescription_id"),
        ("item", "line.item_code"),
        ("physician", "line.physician_id"),
        ("department", "line.department_code"),
        ("day", "line.charged_at::date"),
        ("hour", "date_trunc('hour', line.charged_at)"),
        ("week", "date_trunc('week', line.charged_at)"),
        ("month", "date_trunc('month', line.charged_at)"),
        ("year", "date_trunc('year', line.charged_at)"),
    ],
)
def test_key_words_of_a_line(read: Reader, word: str, shown: str) -> None:
    [made] = read(f"per: [{word}]\nflag: count(*) > 3\n").per
    assert (made.name, show(made.value)) == (word, shown)


@pytest.mark.parametrize(
    ("kind", "word", "shown"),
    [
        ("claim", "physician", "claim.physician_id"),
        ("claim", "department", "claim.department_code"),
        ("claim", "day", "claim.settled_at::date"),
        ("diagnosis", "month", "date_trunc('month', encounter.admitted_at)"),
    ],
)
def test_key_words_of_other_kinds(read: Reader, kind: str, word: str, shown: str) -> None:
    made = read(f"of: {kind}\nper: [{word}]\nflag: count(*) > 3\n").per[0].value
    assert show(made) == shown


def test_a_key_names_the_row_of_a_match(read: Reader) -> None:
    rule = read("match: {m: {table: catalogue, key: {code: line.item_code}}}\nper: [person, m]\nflag: count(*) > 3\n")
    assert rule.per[1].value == MatchRow(INTEGER, "", "m")


# others: what joins them


def test_rows_are_the_rule_s_own_kind_and_key_words_are_asked_of_both(read: Reader) -> None:
    spec = other(read, "same: [person, item, day], within: day")
    assert (spec.kind, spec.own, spec.itself, spec.take) == ("line", True, False, "all")
    assert joined(spec) == [
        ("encounter.person_id", "o.person_id"),
        ("line.item_code", "o.item_code"),
        ("line.charged_at::date", "o.charged_at::date"),
    ]


def test_an_expression_of_same_is_asked_of_both(read: Reader) -> None:
    spec = other(read, 'same: [person, "left(line.item_code, 3)"]')
    assert joined(spec)[1] == ("left(line.item_code, 3)", "left(o.item_code, 3)")


def test_a_let_of_same_is_asked_by_its_definition(read: Reader) -> None:
    rest = "let:\n  body: >-\n    CASE WHEN line.quantity > 3 THEN line.item_code ELSE 'x' END\nflag: count(o) > 3\n"
    mine, theirs = other(read, "same: [person, body]", rest).same[1]
    assert show(mine) == "body"
    assert isinstance(theirs, Case)
    assert show(theirs) == "CASE WHEN (o.quantity > 3) THEN o.item_code ELSE 'x' END"


def test_a_match_of_same_is_the_same_row_of_the_table_for_both(read: Reader) -> None:
    rest = "match: {m: {table: catalogue, key: {code: line.item_code}}}\nflag: count(o) > 3\n"
    spec = other(read, "same: [person, m, m.class]", rest)
    assert spec.same[1] == (MatchRow(INTEGER, "", "m"), MatchRow(INTEGER, "o", "m"))
    mine, theirs = spec.same[2]
    assert isinstance(mine, MatchField)
    assert isinstance(theirs, MatchField)
    assert [(f.owner, f.match, f.column) for f in (mine, theirs)] == [("", "m", "class"), ("o", "m", "class")]


def test_a_parameter_in_same_is_no_name_of_a_row(read: Reader) -> None:
    rest = "params: {n: 3}\nflag: count(o) > 3\n"
    assert joined(other(read, 'same: [person, "line.quantity > param.n"]', rest))[1] == (
        "(line.quantity > n)",
        "(o.quantity > n)",
    )


def test_others_of_another_kind_are_joined_by_what_both_have(read: Reader) -> None:
    spec = other(read, "of: diagnosis, same: [person, encounter]")
    assert (spec.kind, spec.own) == ("diagnosis", False)
    assert [theirs for _, theirs in spec.same] == [
        Field(spec.same[0][1].type, "o", "encounter", "person_id"),
        RowId(INTEGER, "o", "encounter"),
    ]


def test_others_have_knowledge_of_their_own(read: Reader) -> None:
    body = 'same: [person], within: day, match: {k: {table: catalogue, key: {code: o.item_code}, where: "k.days > 3"}}'
    # inside of its own match a name of others is one row
    rule = read(f"others: {{o: {{{body.replace('k.days', 'o.k.days')}}}}}\nflag: sum(o.k.days) > 3\n")
    [match] = rule.others[0].matches
    assert (match.name, match.table, match.owner, match.take_all) == ("k", "catalogue", "o", False)
    assert match.where is not None
    assert show(match.where) == "(o.k.days > 3)"
    assert [(name, show(value)) for name, value in match.keys] == [("code", "o.item_code")]


def test_where_and_rows_and_order_are_kept(read: Reader) -> None:
    body = 'same: [person], rows: "o.quantity > 1", where: "o.item_code <> line.item_code", take: first'
    spec = other(read, body + ', order: "line.amount DESC"', "flag: o.quantity > 3\n")
    assert spec.rows is not None
    assert spec.where is not None
    assert (show(spec.rows), show(spec.where)) == ("(o.quantity > 1)", "(o.item_code <> line.item_code)")
    assert [(show(part.value), part.descending) for part in spec.order] == [("o.amount", True)]
    assert spec.take == "first"


@pytest.mark.parametrize(
    ("text", "descending"), [("line.amount", False), ("line.amount ASC", False), ("line.amount desc", True)]
)
def test_an_order_ascends_unless_it_says_otherwise(read: Reader, text: str, descending: bool) -> None:
    [part] = read(f'order: "{text}"\nflag: line.quantity > 3\n').order
    assert (show(part.value), part.descending) == ("line.amount", descending)


def test_an_order_of_two_parts(read: Reader) -> None:
    parts = read("order: [line.charged_at DESC, line.line_id]\nflag: line.quantity > 3\n").order
    assert [(show(part.value), part.descending) for part in parts] == [("line.charged_at", True), ("line.line_id", False)]


# beside a row, or beside the subject


@pytest.mark.parametrize(
    ("per", "body", "beside"),
    [
        ("per: [person]\n", "same: [person]", True),
        ("", "same: [person]", False),
        ("per: [person]\n", "same: [person], within: day", False),
        ("per: [person]\n", "same: [person, item]", False),
        ("per: [person]\n", "same: [person], where: o.quantity > line.quantity", False),
        ("per: [person]\n", "same: [person], where: o.quantity > 3", True),
        ("per: [claim]\n", "same: [claim], where: o.quantity > claim.total_amount", True),
        ("per: [claim]\n", "same: [encounter], where: o.quantity > encounter.total_amount", True),
    ],
)
def test_whom_others_stand_beside(read: Reader, per: str, body: str, beside: bool) -> None:
    rest = f"{per}flag_rows: count(o) > 3\n" if per else "flag: count(o) > 3\n"
    assert other(read, body, rest).of_subject is beside


def test_other_subjects_are_joined_by_keys_and_lets(read: Reader) -> None:
    rest = "per: [person, item]\nlet: {total: sum(line.quantity)}\nflag: count(o) > 1 OR max(o.total) > total\n"
    spec = other(read, "of: subject, same: [item, total], where: o.total > 3, itself: true", rest)
    assert (spec.kind, spec.of_subject, spec.itself, spec.take) == ("subject", True, True, "all")
    assert joined(spec) == [("item", "o.item"), ("total", "o.(total)")]
    assert isinstance(spec.same[0][1], OfSubject)


# windows


@pytest.mark.parametrize("word", ["before", "after"])
def test_before_and_after_without_a_number(read: Reader, word: str) -> None:
    window = other(read, f"same: [person], within: {word}").within
    assert window is not None
    assert (window.direction, window.period, window.unit, window.n) == (word, "", "", None)


@pytest.mark.parametrize("word", ["claim", "prescription", "encounter", "hour", "day", "month", "year"])
def test_one_period_for_both(read: Reader, word: str) -> None:
    window = other(read, f"same: [person], within: {word}").within
    assert window is not None
    assert (window.period, window.direction) == (word, "")


def test_a_course_asks_for_its_gap(read: Reader) -> None:
    rest = "params: {course_gap_days: 30}\nflag: count(o) > 3\n"
    window = other(read, "same: [person], within: course", rest).within
    assert window is not None
    assert window.period == "course"


def test_a_window_of_a_let(read: Reader) -> None:
    rest = "match: {m: {table: drug_supply, key: {code: line.item_code}}}\nlet: {w: m.window}\nflag: count(o) > 3\n"
    window = other(read, "same: [person], within: w", rest).within
    assert window is not None
    assert window.column is not None
    assert window.column.type.base is Base.WINDOW


# the rest of a rule


def test_the_head_of_a_rule(read: Reader) -> None:
    rule: Rule = read(
        "version: 3\nnational_number: 9\nseverity: low\neffective: {from: 2025-01-02, to: 2025-12-30}\n"
        "basis: [{source: fund-regulation-2021, article: 第三十八条}]\nof: claim\nrows: claim.sex = 'male'\n"
        "flag: count(line) > 3\nunless: {old: claim.total_amount > 90}\n"
        "doubt: {young: {when: claim.total_amount < 2, because: 幼, source: problem-list-2025}}\namount: whole_encounter\n"
    )
    assert (rule.version, rule.national_number, rule.severity, rule.kind) == (3, 9, "low", "claim")
    assert (rule.effective_from, rule.effective_to) == (date(2025, 1, 2), date(2025, 12, 30))
    assert [(b.source, b.article) for b in rule.basis] == [("fund-regulation-2021", "第三十八条")]
    assert rule.rows is not None
    assert show(rule.rows) == "(claim.sex = 'male')"
    assert [(p.name, show(p.when)) for p in rule.unless] == [("old", "(claim.total_amount > 90)")]
    assert [(p.name, p.because, p.source) for p in rule.doubt] == [("young", "幼", "problem-list-2025")]
    assert rule.amount.method == "whole_encounter"
    assert not rule.flags_rows


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ("true", "boolean", True),
        ("false", "boolean", False),
        ("30", "integer", 30),
        ("-4", "integer", -4),
        ("007", "text", "007"),
        ("0", "integer", 0),
        ("2024-01", "text", "2024-01"),
        ("999999999999999999", "integer", 999_999_999_999_999_999),
        ("1234567890123456789", "text", "1234567890123456789"),
    ],
)
def test_a_parameter_s_type_is_how_it_is_written(read: Reader, text: str, type_: str, value: object) -> None:
    [param] = read(f"params: {{p: {{default: '{text}'}}}}\nflag: line.quantity > 3\n").params
    assert (str(param.type), param.default) == (type_, value)


def test_a_decimal_parameter_has_the_digits_that_it_is_written_with(read: Reader) -> None:
    [param] = read("params: {p: {default: '0.250'}}\nflag: line.quantity > 3\n").params
    assert (param.type, str(param.default)) == (decimal(38, 3), "0.250")


def test_what_was_seen_has_a_unit_of_its_own_or_of_a_column(read: Reader) -> None:
    body = "flag: line.quantity > 3\nobserved: {value: line.quantity, limit: 3, unit: %s}\n"
    plain = read(body % "盒").observed
    assert (plain.unit, show(plain.value), show(plain.limit)) == ("盒", "line.quantity", "3")  # type: ignore[arg-type]
    column = read(body % "line.single_dose").observed.unit
    assert isinstance(column, Field)
    assert column.name == "single_dose"
    assert isinstance(
        read("per: [person]\nflag: count(*) > 3\nobserved: {unit: max(line.single_dose)}\n").observed.unit, Aggregate
    )


def test_a_message_fills_in_values() -> None:
    text = (
        "id: t\ntitle: {zh: 测, en: t}\ncategory: policy\nverdict: violation\nflag: line.quantity > 3\n"
        "message: {zh: '有{line.quantity}个，{reasons}', en: '{observed} of {line.item_name}.'}\n"
    )
    zh, en = read_rule(text, {}, file="t.yaml").message
    assert [part if isinstance(part, str) else show(part) for part in zh.parts] == [
        "有",
        "line.quantity",
        "个，",
        "'{reasons}'",
    ]
    assert [part if isinstance(part, str) else show(part) for part in en.parts] == [
        "'{observed}'",
        " of ",
        "line.item_name",
        ".",
    ]


# what is refused

_SET = "match: {k: {table: catalogue, key: {code: o.item_code}, take: all}}"
_SET_BESIDE = f"others: {{o: {{same: [person], within: day, {_SET}}}}}\n"
_O = "others: {o: {same: [person], within: day}}\n"


@pytest.mark.parametrize(
    ("body", "code", "says"),
    [
        (
            'per: [k: "run(line.item_name, 1)"]\nflag: count(*) > 1\n',
            "CR216",
            "`run` follows dates or numbers, and this is text",
        ),
        (
            'per: [k: "run(line.charged_at, INTERVAL 1 MONTH)"]\nflag: count(*) > 1\n',
            "CR216",
            "the gap of a run of dates is in days or hours",
        ),
        (
            'per: [k: "run(line.quantity, INTERVAL 1 DAY)"]\nflag: count(*) > 1\n',
            "CR216",
            "the gap of a run of numbers is a number",
        ),
        (
            "per: [k: \"run(line.quantity, 'a')\"]\nflag: count(*) > 1\n",
            "CR216",
            "the gap of a run is a number or an interval, and this is text",
        ),
        (
            _O + "per: [k: \"cluster(o, 'a')\"]\nflag: count(*) > 1\n",
            "CR216",
            "`cluster` takes a whole number here, and this is text",
        ),
        (_O + 'per: [k: "cluster(o, 1.5)"]\nflag: count(*) > 1\n', "CR216", "`cluster` takes a whole number here"),
        ('per: [k: "run(line.quantity)"]\nflag: count(*) > 1\n', "CR216", "`run` takes 2 arguments: run(x, gap)"),
        ("flag: run(line.quantity, 1) > 3\n", "CR215", "`run` is a key of `per`"),
        ("flag: -line.item_name = 'a'\n", "CR216", "a number is expected after `-`, and this is text"),
        ("flag: line.quantity IS 3\n", "CR213", "after IS stands NULL, TRUE, FALSE or MISSING"),
        ("flag: claim.is_newborn::date > '2025-01-01'\n", "CR216", "a condition cannot become a date"),
        ("flag: line.charged_at > CAST('2025-02-30' AS date)\n", "CR216", "`'2025-02-30'` is not a date"),
        ("flag: abs(line.quantity) FILTER (WHERE TRUE) > 3\n", "CR213", "FILTER stands after an aggregate"),
        ("flag: sum(line.quantity, 2) > 3\n", "CR216", "`sum` takes one argument"),
        ("flag: sum() > 3\n", "CR216", "`sum` takes one argument"),
        ("flag: period() = 'x'\n", "CR216", "`period` takes one window"),
        (
            "others: {o: {same: [person], within: claim}}\nof: encounter\nflag: count(o) > 1\n",
            "CR213",
            "a encounter is not of one claim",
        ),
        (
            "of: claim\nothers: {o: {same: [person], within: prescription}}\nflag: count(o) > 1\n",
            "CR213",
            "a claim has no prescription",
        ),
        (
            "others: {o: {of: diagnosis, same: [person], take: next, order: line.amount}}\nflag: o.diagnosis_code = 'A'\n",
            "CR213",
            "stand in no order but that of time",
        ),
        (
            "others: {o: {of: diagnosis, same: [line.item_code]}}\nflag: count(o) > 1\n",
            "CR215",
            "`line.item_code` cannot be asked of `o`, whose rows are of the kind diagnosis",
        ),
        (
            "others: {o: {of: subject}}\nflag: count(o) > 1\n",
            "CR213",
            "subjects are what `per` makes, and this rule has none",
        ),
        (
            "per: [person]\nothers: {o: {of: subject, within: day}}\nflag: count(o) > 1\n",
            "CR213",
            "subjects have no `within`",
        ),
        (
            "per: [person]\nothers: {o: {of: subject, same: [line.quantity]}}\nflag: count(o) > 1\n",
            "CR215",
            "`line.quantity` is no value of a subject",
        ),
        (
            'others: {o: {same: [person], within: "line.item_name days before"}}\nflag: count(o) > 1\n',
            "CR216",
            "a number is expected",
        ),
        (
            _SET_BESIDE + "flag: any(o.quantity > 1) AND o.k.days > 3\n",
            "CR215",
            "`o.k` is a set of knowledge rows",
        ),
        (
            "others: {o: {same: [person], take: previous}}\nflag: o.diagnosis.diagnosis_code = 'A'\n",
            "CR214",
            "`o` has no `diagnosis`",
        ),
        ("flag: a.b.c.d > 3\n", "CR214", "unknown name `a.b.c.d`"),
    ],
)
def test_refused(read: Reader, body: str, code: str, says: str) -> None:
    with pytest.raises(LanguageError) as error:
        read(body)
    assert code in [d.code for d in error.value.diagnostics], error.value.diagnostics
    assert says in " / ".join(d.message for d in error.value.diagnostics)
