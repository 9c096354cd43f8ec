"""The fields of the four input tables: names, types, units, Chinese names, national names.

The contract, the mappings, the language and the docs all read this one list. National names are those of the settlement
and fee-detail interfaces (5203, 5204, 4101A); where a field has none, `national` is empty.
"""

from dataclasses import dataclass

from claimrules.catalog.types import (
    BOOLEAN,
    DATE,
    INTEGER,
    MONEY,
    PRICE,
    QUANTITY,
    RATIO,
    TEXT,
    TIMESTAMP,
    Type,
    decimal,
    enumeration,
)


@dataclass(frozen=True, slots=True)
class Field:
    """One column of one input table.

    `is_code`: an id or code, in which sentinels read as NULL. `personal`: masked wherever a row is shown.
    `empty_is_none`: an empty cell says that there is none, not that it is not known.
    """

    table: str
    name: str
    type: Type
    zh: str
    national: str = ""
    is_code: bool = False
    personal: bool = False
    required: bool = False
    empty_is_none: bool = False


TABLES: dict[str, tuple[Field, ...]] = {
    "claims": (
        Field("claims", "claim_id", TEXT, "结算ID", national="setl_id", is_code=True, required=True),
        Field("claims", "encounter_id", TEXT, "就诊ID", national="mdtrt_id", is_code=True),
        Field(
            "claims",
            "person_id",
            TEXT,
            "人员编号",
            national="psn_no",
            is_code=True,
            personal=True,
            required=True,
        ),
        Field("claims", "person_type", TEXT, "人员类别", national="psn_type"),
        Field(
            "claims",
            "provider_id",
            TEXT,
            "定点医药机构编号",
            national="fixmedins_code",
            is_code=True,
            required=True,
        ),
        Field(
            "claims",
            "provider_level",
            enumeration("ungraded", "1C", "1B", "1A", "2C", "2B", "2A", "3C", "3B", "3A", "3_special"),
            "医院等级",
            national="hosp_lv",
        ),
        Field("claims", "provider_type", TEXT, "机构类别", national="fixmedins_type"),
        Field("claims", "region", TEXT, "机构统筹区", national="fixmedins_poolarea"),
        Field("claims", "insured_region", TEXT, "参保地", national="insu_admdvs"),
        Field("claims", "insurance_type", TEXT, "险种类型", national="insutype"),
        Field(
            "claims",
            "care_type",
            enumeration(
                "outpatient",
                "emergency",
                "chronic_outpatient",
                "inpatient",
                "day_surgery",
                "pharmacy",
                "maternity_outpatient",
                "maternity_inpatient",
                "other",
            ),
            "就诊类型",
        ),
        Field("claims", "med_type", TEXT, "医疗类别", national="med_type"),
        Field("claims", "is_internet", BOOLEAN, "互联网诊疗"),
        Field("claims", "sex", enumeration("male", "female"), "性别", national="gend"),
        Field("claims", "birth_date", DATE, "出生日期", national="brdy", personal=True),
        Field("claims", "admitted_at", TIMESTAMP, "入院时间", national="adm_time"),
        Field("claims", "discharged_at", TIMESTAMP, "出院时间", national="dscg_time"),
        Field("claims", "settled_at", TIMESTAMP, "结算时间", national="setl_time"),
        Field("claims", "uploaded_at", TIMESTAMP, "上传时间"),
        Field(
            "claims",
            "admission_way",
            enumeration("emergency", "outpatient", "transferred", "other"),
            "入院途径",
            national="adm_way",
        ),
        Field(
            "claims",
            "discharge_way",
            enumeration("home", "transferred", "community", "against_advice", "died", "other"),
            "离院方式",
            national="dscg_way",
        ),
        Field("claims", "department_code", TEXT, "科别", national="dscg_caty", is_code=True),
        Field("claims", "physician_id", TEXT, "主诊医师", national="chfpdr_code", is_code=True),
        Field("claims", "principal_diagnosis", TEXT, "主要诊断", is_code=True),
        Field(
            "claims",
            "chronic_disease_code",
            TEXT,
            "慢特病种",
            national="dise_codg",
            is_code=True,
            empty_is_none=True,
        ),
        Field("claims", "group_code", TEXT, "病组编码", is_code=True),
        Field(
            "claims",
            "payment_method",
            enumeration("fee_for_service", "drg", "dip", "per_diem", "capitation"),
            "支付方式",
        ),
        Field("claims", "is_newborn", BOOLEAN, "新生儿标志", national="nwb_flag"),
        Field(
            "claims",
            "pregnancy_status",
            enumeration("none", "pregnant", "lactating"),
            "妊娠状态",
            national="matn_stas",
        ),
        Field("claims", "invoice_no", TEXT, "票据号", national="invono", is_code=True),
        Field("claims", "total_amount", MONEY, "医疗费总额", national="medfee_sumamt"),
        Field("claims", "in_scope_amount", MONEY, "符合范围金额", national="inscp_scp_amt"),
        Field("claims", "fund_amount", MONEY, "基金支付总额", national="fund_pay_sumamt"),
        Field("claims", "is_reversed", BOOLEAN, "退费结算标志", national="refd_setl_flag"),
    ),
    "lines": (
        Field("lines", "line_id", TEXT, "明细流水号", national="feedetl_sn", required=True),
        Field("lines", "claim_id", TEXT, "结算ID", national="setl_id", is_code=True, required=True),
        Field("lines", "reverses_line_id", TEXT, "被冲销明细", national="init_feedetl_sn"),
        Field("lines", "prescription_id", TEXT, "处方号", national="rxno", is_code=True),
        Field("lines", "order_id", TEXT, "医嘱号", national="drord_no", is_code=True),
        Field("lines", "item_code", TEXT, "医保目录编码", national="med_list_codg", is_code=True, required=True),
        Field("lines", "item_name", TEXT, "项目名称", national="prodname"),
        Field("lines", "provider_item_code", TEXT, "机构项目编码", national="medins_list_codg", is_code=True),
        Field("lines", "provider_item_name", TEXT, "机构项目名称", national="medins_list_name"),
        Field(
            "lines",
            "item_type",
            enumeration("drug", "herbal_piece", "preparation", "ethnic_drug", "service", "consumable", "other"),
            "目录类别",
            national="list_type",
        ),
        Field("lines", "fee_category", TEXT, "费用类别", national="med_chrgitm_type"),
        Field("lines", "catalogue_class", enumeration("A", "B", "C"), "收费项目等级", national="chrgitm_lv"),
        Field("lines", "quantity", QUANTITY, "数量", national="cnt", required=True),
        Field("lines", "unit_price", PRICE, "单价", national="pric"),
        Field("lines", "amount", MONEY, "金额", national="det_item_fee_sumamt", required=True),
        Field("lines", "fully_self_paid_amount", MONEY, "全自费金额", national="fulamt_ownpay_amt"),
        Field("lines", "over_limit_amount", MONEY, "超限价金额", national="overlmt_amt"),
        Field("lines", "copay_first_amount", MONEY, "先行自付金额", national="preselfpay_amt"),
        Field("lines", "in_scope_amount", MONEY, "符合范围金额", national="inscp_scp_amt"),
        Field("lines", "copay_proportion", RATIO, "自付比例", national="selfpay_prop"),
        Field("lines", "price_ceiling", PRICE, "定价上限", national="pric_uplmt_amt"),
        Field("lines", "charged_at", TIMESTAMP, "费用发生时间", national="fee_ocur_time"),
        Field("lines", "ordered_at", TIMESTAMP, "开单时间"),
        Field("lines", "uploaded_at", TIMESTAMP, "上传时间"),
        Field("lines", "supply_days", decimal(6, 2), "用药天数", national="prd_days"),
        Field("lines", "dose_count", decimal(8, 2), "剂数"),
        Field("lines", "single_dose", TEXT, "单次剂量", national="sin_dos_dscr"),
        Field("lines", "frequency", TEXT, "使用频次", national="used_frqu_dscr"),
        Field("lines", "route", TEXT, "给药途径", national="medc_way_dscr"),
        Field("lines", "department_code", TEXT, "开单科室", national="bilg_dept_codg", is_code=True),
        Field("lines", "executing_department_code", TEXT, "执行科室", national="acord_dept_codg", is_code=True),
        Field("lines", "physician_id", TEXT, "开单医师", national="bilg_dr_codg", is_code=True),
        Field("lines", "is_restricted", BOOLEAN, "限制使用标志", national="lmt_used_flag"),
        Field(
            "lines",
            "hospital_approval",
            enumeration("not_needed", "approved", "refused"),
            "医院审批标志",
            national="hosp_appr_flag",
        ),
        Field(
            "lines",
            "herbal_use",
            enumeration("compound", "single"),
            "中药使用方式",
            national="tcmdrug_used_way",
        ),
        Field("lines", "is_discharge_medication", BOOLEAN, "出院带药标志", national="dscg_tkdrug_flag"),
        Field("lines", "is_maternity", BOOLEAN, "生育费用标志", national="matn_fee_flag"),
        Field("lines", "trace_code", TEXT, "药品追溯码", national="drug_trac_codg", is_code=True, personal=True),
    ),
    "diagnoses": (
        Field("diagnoses", "claim_id", TEXT, "结算ID", national="setl_id", is_code=True, required=True),
        Field("diagnoses", "diagnosis_code", TEXT, "诊断代码", national="diag_code", is_code=True, required=True),
        Field("diagnoses", "sequence", INTEGER, "诊断排序号", national="diag_srt_no"),
        Field("diagnoses", "is_principal", BOOLEAN, "主诊断标志", national="maindiag_flag"),
        Field(
            "diagnoses",
            "timing",
            enumeration("admission", "discharge"),
            "出入院诊断类别",
            national="inout_diag_type",
        ),
        Field(
            "diagnoses",
            "kind",
            enumeration("western", "tcm_disease", "tcm_syndrome"),
            "诊断类别",
            national="diag_type",
        ),
        Field("diagnoses", "present_on_admission", BOOLEAN, "入院病情", national="adm_cond_type"),
    ),
    "operations": (
        Field("operations", "claim_id", TEXT, "结算ID", national="setl_id", is_code=True, required=True),
        Field(
            "operations",
            "operation_code",
            TEXT,
            "手术操作代码",
            national="oprn_oprt_code",
            is_code=True,
            required=True,
        ),
        Field("operations", "is_principal", BOOLEAN, "主要手术标志", national="oprn_oprt_type"),
        Field("operations", "operated_at", TIMESTAMP, "手术开始时间", national="oprn_oprt_begntime"),
        Field("operations", "ended_at", TIMESTAMP, "手术结束时间", national="oprn_oprt_endtime"),
        Field("operations", "physician_id", TEXT, "术者", national="oper_dr_code", is_code=True),
        Field("operations", "anaesthesia", TEXT, "麻醉方式", national="anst_way"),
    ),
}

FIELDS: dict[tuple[str, str], Field] = {(f.table, f.name): f for fields in TABLES.values() for f in fields}


def field(table: str, name: str) -> Field | None:
    """The field `name` of an input table, or None."""
    return FIELDS.get((table, name))


def fields_of(table: str) -> dict[str, Field]:
    """The fields of an input table by name, in the contract's order."""
    return {f.name: f for f in TABLES[table]}


KIND_TABLES: dict[str, str] = {
    "claim": "claims",
    "encounter": "claims",
    "line": "lines",
    "raw_line": "lines",
    "diagnosis": "diagnoses",
    "operation": "operations",
}


_MADE: dict[str, tuple[Field, ...]] = {
    "day": (Field("day", "date", DATE, "日期"),),
    "finding": (
        Field("finding", "rule_id", TEXT, "规则ID"),
        Field("finding", "category", enumeration("policy", "management", "medical", "indicator"), "规则类别"),
        Field("finding", "verdict", enumeration("indicator", "suspicious", "violation"), "认定"),
        Field("finding", "severity", enumeration("low", "medium", "high"), "严重程度"),
        Field("finding", "line_id", TEXT, "费用明细ID"),
        Field("finding", "event_date", DATE, "发生日期"),
    ),
}
"""Kinds that are made and not read."""


def kind_fields(kind: str) -> dict[str, Field]:
    """The fields that a row of `kind` shows to a rule.

    An encounter shows its claims' fields, assembled; a day its date; a finding the columns of the output, by line.
    """
    if kind in _MADE:
        return {field.name: field for field in _MADE[kind]}
    return fields_of(KIND_TABLES[kind])
