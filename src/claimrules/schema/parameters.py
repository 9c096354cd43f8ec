"""`parameters.yaml` and `exemptions.yaml`: as their readers take them."""

from datetime import date
from typing import Annotated

from pydantic import Field

from claimrules.language.frame import Strict, said

Texts = str | tuple[str, ...]


class ParameterRow(Strict):
    """One value of a parameter, and for whom it holds."""

    value: Annotated[str, said("取值", "The value; it has at most the digits of the rule's default.")]
    region: Annotated[str, said("统筹区", "Six digits; the narrowest region that has a row decides.")] = ""
    provider_level: Annotated[str, said("医院等级", "The level of the hospital: 3A; all if left out.")] = ""
    insurance_type: Annotated[str, said("险种", "The type of insurance: 310; all if left out.")] = ""
    from_: Annotated[date | None, said("起始日", "The first day; open if left out.")] = Field(None, alias="from")
    to: Annotated[date | None, said("截止日", "The last day; open if left out.")] = None
    known_from: Annotated[date | None, said("获知日", "Since when we know it, for `--as-of`.")] = None
    rule: Annotated[str, said("规则编号", "The one rule that it is for; all that have the parameter if left out.")] = ""
    source: Annotated[str, said("来源", "The id of the policy that says so, in sources.yaml.")]


class ExemptionFrame(Strict):
    """Rows that leave rules before anything is asked of them. A row is named if it has one of the values of every name."""

    id: Annotated[str, said("豁免编号", "A name of its own, by which findings and explanations call it.")]
    rules: Annotated[Texts, said("规则", "Whose rows leave: ids of rules, or `all`.")]
    claim_id: Annotated[Texts, said("结算ID", "Claims.")] = ()
    line_id: Annotated[Texts, said("费用明细ID", "Lines of the claims that `claim_id` names.")] = ()
    person_id: Annotated[Texts, said("人员编号", "Persons.")] = ()
    provider_id: Annotated[Texts, said("医药机构编号", "Hospitals and pharmacies.")] = ()
    encounter_id: Annotated[Texts, said("就诊ID", "Stays and visits.")] = ()
    item_code: Annotated[Texts, said("医保目录编码", "Items; `A01*` is all that begin with A01.")] = ()
    diagnosis: Annotated[Texts, said("诊断", "Diagnoses that begin so.")] = ()
    region: Annotated[Texts, said("统筹区", "Six digits.")] = ()
    from_: Annotated[date | None, said("起始日", "The first day; open if left out.")] = Field(None, alias="from")
    to: Annotated[date | None, said("截止日", "The last day; open if left out.")] = None
    known_from: Annotated[date | None, said("获知日", "Since when we know it, for `--as-of`.")] = None
    because: Annotated[str, said("理由", "Why, in words.")]
    source: Annotated[str, said("来源", "The id of the law or policy that says so, in sources.yaml.")] = ""
