"""Exact products, differences and ratios against Python's own."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from claimrules.engine.kernels.exact import difference, product, ratio

HUGE = 2**63 - 1
numbers = st.one_of(st.integers(-HUGE, HUGE), st.integers(-9, 9), st.sampled_from([2**53, 2**53 + 1, 10**15 + 1]))


@given(st.lists(st.tuples(numbers, numbers), max_size=8))
def test_they_are_exact(pairs):
    a, b = (np.array([pair[i] for pair in pairs], dtype=np.int64) for i in (0, 1))
    assert product(a, b).tolist() == [x * y for x, y in pairs]
    assert difference(a, b).tolist() == [x - y for x, y in pairs]
    divisor = np.where(b == 0, 7, b)
    expected = [float(Fraction(x, y or 7)) for x, y in pairs]
    assert ratio(a, divisor).tolist() == expected
