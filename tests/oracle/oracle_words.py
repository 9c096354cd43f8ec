"""Functions of the language that take more than a line: units, likeness, distances, spreads, chains; one value at a time."""

import math
import re
import unicodedata
from decimal import Decimal
from fractions import Fraction

MASS = {"kg": 1000, "千克": 1000, "公斤": 1000, "g": 1, "克": 1, "mg": Fraction(1, 1000), "毫克": Fraction(1, 1000)}
MASS |= {"ug": Fraction(1, 10**6), "μg": Fraction(1, 10**6), "微克": Fraction(1, 10**6)}
VOLUME = {"l": 1, "升": 1, "ml": Fraction(1, 1000), "毫升": Fraction(1, 1000)}


def in_unit(text, unit):
    """The number in `text`, in `unit`; None without one number and a unit that converts."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    found = re.fullmatch(r"([0-9.]+)\s*(万?)([^0-9.\s]+)", plain)
    if found is None:
        return None
    value = Fraction(found[1]) * (10_000 if found[2] else 1)
    mine, theirs = found[3], unicodedata.normalize("NFKC", unit).strip().lower()
    if mine != theirs:
        scale = next((s for s in (MASS, VOLUME) if mine in s and theirs in s), None)
        if scale is None:
            return None
        value = value * scale[mine] / scale[theirs]
    return Decimal(value.numerator) / Decimal(value.denominator) if (value * 10**6).denominator == 1 else None


def similarity(a, b):
    """1 - edit distance / length of the longer text, by the table of all prefixes."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return 1 - row[-1] / max(len(a), len(b), 1)


def km(lat, lon, to_lat, to_lon):
    """The great circle by the angle between two unit vectors."""
    if max(abs(lat), abs(to_lat)) > 90 or max(abs(lon), abs(to_lon)) > 180:
        return None
    p, q = (
        (math.cos(a) * math.cos(o), math.cos(a) * math.sin(o), math.sin(a))
        for a, o in ((math.radians(lat), math.radians(lon)), (math.radians(to_lat), math.radians(to_lon)))
    )
    cross = (p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0])
    return 6371.0088 * math.atan2(math.hypot(*cross), sum(x * y for x, y in zip(p, q, strict=True)))


def quantile(values, p):
    """The value at the place p × (n - 1) of the sorted values, between two of them in proportion."""
    ordered = sorted(map(Fraction, values))
    place = Fraction(p) * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return float(ordered[low] + (ordered[high] - ordered[low]) * (place - low))


def stddev(values):
    """The sample's standard deviation; None below two values."""
    if len(values) < 2:
        return None
    exact = list(map(Fraction, values))
    mean = sum(exact) / len(exact)
    return math.sqrt(sum((v - mean) ** 2 for v in exact) / (len(exact) - 1))


def mean(values):
    return float(sum(map(Fraction, values)) / len(values))


def excess_within(steps):
    """(x, n, days, date) in order → what of each x is too much."""
    kept, out = [], []
    for x, n, days, date in steps:
        held = sum(units for units, when in kept if (date - when).days < days)
        fits = min(x, max(n - held, 0))
        kept.append((fits, date))
        out.append(x - fits)
    return out


def supply_left(steps):
    """(days, date) in order → days in hand when each comes."""
    out = []
    for i, (_, date) in enumerate(steps):
        if i == 0:
            out.append(Decimal(0))
            continue
        days, when = steps[i - 1]
        out.append(max(Decimal(0), out[-1] + days - (date - when).days))
    return out


def connected(links):
    """Person → the smallest of all whom the links connect with them."""
    smallest = {person: person for link in links for person in link}
    changed = True
    while changed:
        changed = False
        for a, b in links:
            least = min(smallest[a], smallest[b])
            changed |= smallest[a] != least or smallest[b] != least
            smallest[a] = smallest[b] = least
    return smallest
