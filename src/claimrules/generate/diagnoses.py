"""Diagnoses of the invented claims: groups of ICD-10 codes with equal first three characters."""

GROUPS = tuple(
    tuple(g.split())
    for g in (
        "I20.000 I20.900",
        "I25.103 I25.900",
        "I63.900 I63.300",
        "I10.x00 I10.x05",
        "E11.900 E11.200",
        "J18.900 J18.000",
        "J44.100 J44.900",
        "J06.900 J06.000",
        "K29.500 K29.700",
        "K80.200 K80.100",
        "N20.000 N20.100",
        "N39.000 N39.200",
        "M51.202 M51.100",
        "M17.900 M17.100",
        "S72.000 S72.100",
        "H25.900 H25.000",
        "C34.900 C34.100",
        "C16.900 C16.200",
        "K35.800 K35.900",
        "A09.900 A09.000",
    )
)
ORDINARY = len(GROUPS)
"""Groups below this position are no planned readmissions."""

ALL_GROUPS = (*GROUPS, ("Z51.101", "Z51.100"), ("Z49.100", "Z49.200"), ("O80.000", "O80.100"), ("Z38.000", "Z38.001"))
CHEMOTHERAPY, DIALYSIS, BIRTH, NEWBORN = range(ORDINARY, ORDINARY + 4)

CODES = tuple(code for group in ALL_GROUPS for code in group)
"""The code of group g, variant v stands at 2 g + v."""

_SUPPORTED = ("E11", "J44", "N39.0")
BESIDE = tuple(i for i in range(2 * ORDINARY) if not CODES[i].startswith(_SUPPORTED))
"""What may stand beside the principal diagnosis: none of which the sample tables ask what it was treated with."""

CHRONIC = ("M01600", "M03900", "M07800", "M05300")
OPERATIONS = ("36.0601", "54.1100", "79.3500", "14.4900", "57.0x00", "88.5600", "45.2300", "99.2500")
"""None that the sample tables tie to a fee or a diagnosis: the claims' items are other inventions."""
