"""Comments are found where YAML has them, and nowhere else."""

from claimrules.diagnostics import read_yaml
from claimrules.diagnostics.comments import comments_of

TEXT = """\
# of the file
id: a_rule  # of the id
title: {zh: "一 # not this", en: one#not this}

# of the flag,
# in two lines

flag: >-  # of the sign
  line.quantity > 3
  # still the condition
  AND TRUE
# of the list
examples:
  - name: one  # of the case
    expect: clean
  # before the second
  - name: 'two # no'
    expect: clean
"""


def found(text: str) -> list[tuple[str, int, int]]:
    return [(one.text, one.first, one.last) for one in comments_of(text, read_yaml(text, "a.yaml"))]


def test_each_comment_with_the_lines_that_it_is_about():
    assert found(TEXT) == [
        ("of the file", 2, 2),
        ("of the id", 2, 2),
        ("of the flag,", 8, 11),
        ("in two lines", 8, 11),
        ("of the sign", 8, 11),
        ("of the list", 13, 18),
        ("of the case", 14, 15),
        ("before the second", 17, 18),
    ]


def test_a_comment_at_the_end_of_the_file_is_about_nothing():
    [last] = found("id: a\n# the end\n")
    assert last[1] > 2


def test_the_place_is_that_of_the_sign():
    [one] = comments_of("id: a  # why\n", read_yaml("id: a  # why\n", "a.yaml"))
    assert (one.place.line, one.place.column, one.place.length) == (1, 8, 5)
