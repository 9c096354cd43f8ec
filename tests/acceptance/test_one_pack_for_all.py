"""A pack travels between processes and is used by several threads at once."""

import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

import claimrules
from claimrules.generate import claim_tables

THREADS = 4


@pytest.fixture(scope="module")
def tables() -> dict[str, Any]:
    made = claim_tables(6_000, 23)
    del made["labels"]
    return made


def said(result: Any) -> tuple[Any, ...]:
    """The whole answer but for the seconds."""
    tables = (result.findings.to_pylist(), result.undecided.to_pylist(), result.rejects.to_pylist())
    return (*tables, result.summary.model_dump_json())


@pytest.fixture(scope="module")
def expected(pack: Any, tables: dict[str, Any]) -> tuple[Any, ...]:
    whole = said(pack.audit(tables))
    assert len(whole[0]) > 10
    assert len(whole[1]) > 0
    return whole


def test_a_pickled_pack_says_the_same(pack: Any, tables: dict[str, Any], expected: tuple[Any, ...]) -> None:
    again = pickle.loads(pickle.dumps(pack))  # noqa: S301 - our own bytes
    assert said(again.audit(tables)) == expected
    assert again.fingerprint == pack.fingerprint


def test_a_pack_with_parameters_region_and_knowledge_is_pickled_whole(places: Any, tables: dict[str, Any]) -> None:
    pack = claimrules.load(places.rules, params={"split_stay_days": "90", "tolerance_days": "1"}, region="330100")
    pack = pack.with_knowledge({"drug_sex": [{"code": "ZZZF1450114825557805", "sex": "male"}]})
    again = pickle.loads(pickle.dumps(pack))  # noqa: S301 - our own bytes
    assert said(again.audit(tables)) == said(pack.audit(tables))
    assert again.parameters == {"split_stay_days": "90", "tolerance_days": "1"}


def test_another_process_says_the_same(pack: Any, tables: dict[str, Any], expected: tuple[Any, ...]) -> None:
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh) as pool:
        assert pool.submit(pickle.loads, pickle.dumps(pack)).result().fingerprint == pack.fingerprint
        assert pool.submit(pack.__class__.audit, pack, tables).result().findings.to_pylist() == expected[0]


def test_several_threads_share_a_pack_that_nobody_has_used_yet(
    pack: Any, tables: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    for _ in range(2):
        fresh = pickle.loads(pickle.dumps(pack))  # noqa: S301 - our own bytes; look-ups are made at first use
        together = Barrier(THREADS)

        def one(number: int, fresh: Any = fresh, together: Barrier = together) -> tuple[Any, ...]:
            together.wait(timeout=60)
            return said(fresh.audit(tables, batch_lines=2_000 if number % 2 else 250_000, jobs=1 + number % 2))

        with ThreadPoolExecutor(THREADS) as pool:
            answers = list(pool.map(one, range(THREADS)))
        assert all(answer == expected for answer in answers)


def test_an_audit_changes_nothing_in_the_pack(pack: Any, tables: dict[str, Any], expected: tuple[Any, ...]) -> None:
    before = pickle.dumps(pack)
    pack.audit(tables, only=["drug_sex"])
    pack.with_params({"split_stay_days": "1"}).audit(tables)
    assert pickle.dumps(pack) == before
    assert said(pack.audit(tables)) == expected
