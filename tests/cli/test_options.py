from datetime import date

import pytest
import typer

from claimrules.cli.options import Language, day, language, names, params, size


def test_names_come_one_by_one_or_with_commas():
    assert names(None) is None
    assert names(["a", "b, c"]) == ["a", "b", "c"]


def test_params_keep_their_text():
    assert params(None) is None
    assert params(["days=07", "text=a=b"]) == {"days": "07", "text": "a=b"}


@pytest.mark.parametrize("wrong", ["days", "=7", ""])
def test_a_param_without_a_name_or_a_value_is_refused(wrong: str):
    with pytest.raises(typer.BadParameter, match="NAME=VALUE"):
        params([wrong])


def test_days():
    assert day(None, "--as-of") is None
    assert day("2025-06-30", "--as-of") == date(2025, 6, 30)
    for wrong in ("2025-02-30", "yesterday", "30.06.2025"):
        with pytest.raises(typer.BadParameter, match="is not a date"):
            day(wrong, "--as-of")


@pytest.mark.parametrize(
    ("text", "value"),
    [("2000000000", 2_000_000_000), ("2GB", 2_000_000_000), ("1.5GiB", 1_610_612_736), ("500m", 500_000_000)],
)
def test_sizes(text: str, value: int):
    assert size(text, "--memory") == value


@pytest.mark.parametrize("wrong", ["much", "-1", "0", "2XB"])
def test_what_is_no_size_is_refused(wrong: str):
    with pytest.raises(typer.BadParameter, match="is not a size"):
        size(wrong, "--memory")


def test_the_language_is_the_chosen_or_the_terminals(monkeypatch: pytest.MonkeyPatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert language(None) == "en"
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert language(None) == "zh"
    assert language(Language.EN) == "en"
