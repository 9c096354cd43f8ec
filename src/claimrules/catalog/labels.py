"""What an enumeration's value is called in messages."""

LABELS: dict[str, tuple[str, str]] = {
    "male": ("男", "male"),
    "female": ("女", "female"),
    "outpatient": ("门诊", "outpatient"),
    "emergency": ("急诊", "emergency"),
    "chronic_outpatient": ("门诊慢特病", "chronic outpatient"),
    "inpatient": ("住院", "inpatient"),
    "day_surgery": ("日间手术", "day surgery"),
    "pharmacy": ("药店购药", "pharmacy"),
    "maternity_outpatient": ("生育门诊", "maternity outpatient"),
    "maternity_inpatient": ("生育住院", "maternity inpatient"),
    "drug": ("药品", "drug"),
    "herbal_piece": ("中药饮片", "herbal piece"),
    "preparation": ("院内制剂", "hospital preparation"),
    "ethnic_drug": ("民族药", "ethnic drug"),
    "service": ("诊疗项目", "service"),
    "consumable": ("医用耗材", "consumable"),
    "A": ("甲类", "class A"),
    "B": ("乙类", "class B"),
    "C": ("丙类", "class C"),
    "day": ("同日", "same day"),
    "hour": ("同一小时", "same hour"),
    "encounter": ("单次就诊", "same visit"),
}


def label(value: str, language: str) -> str:
    """The word for `value` in "zh" or "en"; the value itself where it has none."""
    words = LABELS.get(value)
    return value if words is None else words[0 if language == "zh" else 1]
