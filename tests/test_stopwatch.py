"""Each second counts once: for the innermost kernel, and for the rule that it works for."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from claimrules.stopwatch import Stopwatch, shared, timed


class Clock:
    """Time that passes only where a test says so, in each thread its own."""

    def __init__(self) -> None:
        self._here = threading.local()

    def __call__(self) -> float:
        return getattr(self._here, "now", 0.0)

    def wait(self, seconds: float) -> None:
        self._here.now = self() + seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(time, "perf_counter", made)
    return made


@pytest.fixture
def work(clock: Clock):
    @timed("look up")
    def look_up() -> None:
        clock.wait(1)

    @timed("match")
    def match() -> None:
        clock.wait(2)
        look_up()
        clock.wait(4)

    @timed("judge", of=lambda rule: rule)
    def judge(rule: str) -> str:
        clock.wait(8)
        match()
        clock.wait(16)
        return rule.upper()

    return judge


def test_a_kernel_inside_another_takes_its_seconds_from_it(work, clock: Clock):
    with Stopwatch() as watch:
        clock.wait(100)  # in no kernel
        assert work("a") == "A"
        clock.wait(100)
        work("b")
    assert watch.by_kernel == {"judge": 48, "match": 12, "look up": 2}
    assert list(watch.by_kernel) == ["judge", "match", "look up"]
    assert watch.by_rule == {rule: {"judge": 24, "match": 6, "look up": 1} for rule in ("a", "b")}


def test_rules_are_told_slowest_first(clock: Clock):
    @timed("judge", of=lambda rule, _: rule)
    def judge(_: str, seconds: int) -> None:
        clock.wait(seconds)

    with Stopwatch() as watch:
        judge("quick", 1)
        judge("slow", 5)
    assert list(watch.by_rule) == ["slow", "quick"]


def test_what_is_of_no_rule_is_in_no_rules_seconds(clock: Clock):
    @timed("prepare", of=lambda: "")
    def prepare() -> None:
        clock.wait(3)

    @timed("judge", of=lambda: "a")
    def judge() -> None:
        clock.wait(1)
        prepare()

    with Stopwatch() as watch:
        judge()
    assert watch.by_kernel == {"prepare": 3, "judge": 1}
    assert watch.by_rule == {"a": {"judge": 1}}


def test_threads_are_added_where_work_is_shared(work):
    with Stopwatch() as watch, ThreadPoolExecutor(2) as pool:
        assert list(pool.map(shared(work), ["a", "b", "a"])) == ["A", "B", "A"]
    assert watch.by_kernel == {"judge": 72, "match": 18, "look up": 3}


def test_a_kernel_that_fails_is_left(clock: Clock):
    @timed("fails")
    def fail() -> None:
        clock.wait(1)
        raise ValueError

    @timed("around")
    def around() -> None:
        with pytest.raises(ValueError):  # noqa: PT011 - our own
            fail()
        clock.wait(2)

    with Stopwatch() as watch:
        around()
    assert watch.by_kernel == {"around": 2, "fails": 1}


def test_without_a_stopwatch_nothing_is_measured(work):
    with Stopwatch() as watch:
        pass
    assert work("a") == "A"
    assert shared(work) is work
    assert watch.by_kernel == {}
