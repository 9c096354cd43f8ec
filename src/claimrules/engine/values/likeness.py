"""How alike two texts are, and how far two places lie apart."""

from typing import Any, cast

import numpy as np

from claimrules.catalog import DOUBLE
from claimrules.engine.column import Column
from claimrules.engine.kernels.edit_distance import edit_distances
from claimrules.engine.values.numbers import as_double
from claimrules.engine.values.text import distinct_values, words_of
from claimrules.engine.values.truth import both_known

EARTH_RADIUS_KM = 6371.0088
"""The mean radius of the earth (IUGG)."""


def similarity(left: Column, right: Column) -> Column:
    """1 - edit distance / length of the longer text, in characters; two empty texts are alike (1).

    Asked once for each pair of distinct words that meets.
    """
    a, b = words_of(left), words_of(right)
    pair = cast(Any, left.data).astype(np.int64) * len(b) + cast(Any, right.data)
    distinct, where = distinct_values(pair)
    ours, theirs = a[distinct // len(b)].tolist(), b[distinct % len(b)].tolist()
    longer = np.fromiter((max(len(x), len(y), 1) for x, y in zip(ours, theirs, strict=True)), np.int64, len(ours))
    return Column(DOUBLE, (1 - edit_distances(ours, theirs) / longer)[where], both_known(left, right))


def km(latitude: Column, longitude: Column, to_latitude: Column, to_longitude: Column) -> Column:
    """Kilometres of the great circle between two places in degrees. Not known where degrees are none.

    Degrees are none where a latitude is beyond 90 or a longitude beyond 180, on either side of 0.
    """
    places = (latitude, longitude, to_latitude, to_longitude)
    degrees = [cast(Any, as_double(place)) for place in places]
    inside = np.logical_and.reduce([np.abs(d) <= most for d, most in zip(degrees, (90, 180, 90, 180), strict=True)])
    lat, lon, to_lat, to_lon = (np.radians(np.where(inside, d, 0.0)) for d in degrees)
    haversine = np.sin((to_lat - lat) / 2) ** 2 + np.cos(lat) * np.cos(to_lat) * np.sin((to_lon - lon) / 2) ** 2
    distance = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(haversine, 1.0)))
    known = both_known(*places)
    if not inside.all():
        known = inside if known is None else known & inside
    return Column(DOUBLE, distance, known)
