import numpy as np
import pyarrow as pa

from claimrules.knowledge.identity import cell_hashes, knowledge_ids, mixed


def test_texts_that_differ_differ_and_equal_ones_agree_wherever_they_stand():
    words = ["", "A", "B", "AB", "BA", "A\0", "AA", "中", "中文", "x" * 3000, "x" * 2999 + "y"]
    hashes = cell_hashes("c", pa.array(words))
    assert len(set(hashes.tolist())) == len(words)
    backwards = cell_hashes("c", pa.array(words[::-1]))
    assert backwards[::-1].tolist() == hashes.tolist()
    assert cell_hashes("d", pa.array(words)).tolist() != hashes.tolist()
    assert cell_hashes("c", pa.array([None, "A"], pa.string()))[0] == 0


def test_long_columns_are_hashed_in_pieces_that_do_not_show():
    words = [f"{i:05d}" * 1000 for i in range(2000)]  # 10 MB: several pieces
    whole = cell_hashes("c", pa.array(words))
    assert len(np.unique(whole)) == len(words)
    some = [0, 838, 839, 1999]
    assert whole[some].tolist() == cell_hashes("c", pa.array([words[i] for i in some])).tolist()


def test_ids_are_hex_of_the_hash_and_longer_where_they_would_be_shared():
    hashes = np.array([0x0123456789ABCDEF, 0xFFFFFFFFFFFF0001, 0xFFFFFFFFFFFF0002], dtype=np.uint64)
    assert knowledge_ids("t", hashes).to_pylist() == ["t:0123456789ab", "t:ffffffffffff0001", "t:ffffffffffff0002"]


def test_the_mix_is_splitmix64():
    # Steele, Lea, Flood 2014: the first two outputs from seed 0.
    gamma = 0x9E3779B97F4A7C15
    assert [hex(v) for v in mixed(np.array([0, gamma], dtype=np.uint64))] == [
        "0xe220a8397b1dcdaf",
        "0x6e789e6aa1b965f4",
    ]
