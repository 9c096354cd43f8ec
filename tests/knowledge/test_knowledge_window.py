import pytest

from claimrules.catalog.window import PERIODS, Direction, Window


@pytest.mark.parametrize("word", PERIODS)
def test_a_period_is_the_same_one(word):
    assert Window.parse(word) == Window(word, None, Direction.SAME)
    assert str(Window.parse(word)) == word


@pytest.mark.parametrize(
    ("text", "unit", "n", "direction", "canonical"),
    [
        ("6 hours apart", "hour", 6, "apart", "6 hours apart"),
        ("6 hours", "hour", 6, "apart", "6 hours apart"),
        ("6小时", "hour", 6, "apart", "6 hours apart"),
        ("24 个小时", "hour", 24, "apart", "24 hours apart"),
        ("1 hour apart", "hour", 1, "apart", "1 hour apart"),
        ("30  Days   before", "day", 30, "before", "30 days before"),
        ("2 months after", "month", 2, "after", "2 months after"),
        ("90 minutes apart", "minute", 90, "apart", "90 minutes apart"),
        ("last 30 days", "day", 30, "last", "last 30 days"),
        ("last 1 month", "month", 1, "last", "last 1 month"),
        ("before", "", None, "before", "before"),
        ("单日", "day", None, "same", "day"),
        ("同日", "day", None, "same", "day"),
        ("单次就诊", "encounter", None, "same", "encounter"),
        ("同一小时", "hour", None, "same", "hour"),
    ],
)
def test_spellings(text, unit, n, direction, canonical):
    window = Window.parse(text)
    assert (window.unit, window.n, str(window.direction)) == (unit, n, direction)
    assert str(window) == canonical
    assert Window.parse(str(window)) == window


@pytest.mark.parametrize(
    "text", ["", "fortnight", "30 days", "0 days before", "-3 days before", "last days", "9" * 5000 + " hours"]
)
def test_what_is_no_window_is_refused(text):
    with pytest.raises(ValueError, match="window"):
        Window.parse(text)
