"""The national names and codes."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from claimrules.batch import open_claims

SETTLEMENT = (
    "setl_id,mdtrt_id,psn_no,fixmedins_code,hosp_lv,fixmedins_poolarea,insu_admdvs,insutype,med_type,gend,brdy,begndate,"
    "dscg_time,setl_time,adm_way,dscg_way,dise_codg,nwb_flag,medfee_sumamt,inscp_scp_amt,fund_pay_sumamt,refd_setl_flag\n"
    "S1,M1,P1,H33010000001,02,330100,330102,310,2101,1,1960-02-29,2024-03-01,2024-03-05 10:00:00,2024-03-05 11:30:00,"
    "1,5,,0,1000.00,900.00,700.00,0\n"
    "S2,M2,P2,H33010000001,11,330100,330102,390,140104,9,1970-01-01,2024-03-02,,2024-03-02 08:00:00,"
    "9,,M01602,0,50.00,50,40,0\n"
)
FEES = (
    "feedetl_sn,setl_id,init_feedetl_sn,med_list_codg,list_type,med_chrgitm_type,chrgitm_lv,cnt,pric,det_item_fee_sumamt,"
    "selfpay_prop,fee_ocur_time,bilg_dr_codg,lmt_used_flag,hosp_appr_flag,tcmdrug_used_way,dscg_tkdrug_flag\n"
    "F1,S1,,XA01ABD075A002010100483,101,09,02,2.5000,4.000000,10.00,0.1000,2024-03-01 09:00:00,D330101,1,1,,1\n"
    "F2,S1,F1,002203010010000,201,03,01,-1,90,-90,0,2024-03-02 09:00:00,D330101,0,0,,0\n"
    "F3,S2,,T000100001,102,10,04,1,40.000000,40.00,,2024-03-02,,0,2,2,0\n"
)


@pytest.mark.parametrize(("claims", "lines"), [("setlinfo", "feedetail"), ("claims", "lines")])
def test_national_names_and_codes(folder: Any, claims: str, lines: str) -> None:
    where = folder(
        {
            f"{claims}.csv": SETTLEMENT,
            f"{lines}.csv": FEES,
            "diseinfo.csv": "setl_id,inout_diag_type,diag_type,maindiag_flag,diag_srt_no,diag_code,adm_cond_type\n"
            "S1,2,1,1,1,I10.x00,1\nS1,1,3,0,2,A01.01,2\n",
            "oprninfo.csv": "setl_id,oprn_oprt_type,oprn_oprt_code,oprn_oprt_begntime,oper_dr_code\n"
            "S1,1,36.0600,2024-03-02 08:30:00,D1\nS1,2,00.6600,,D2\n",
        }
    )
    with open_claims(where, mapping="nhsa") as intake:
        [batch] = intake.partitions()
    assert intake.rejects.num_rows == 0
    one, two = sorted(batch.claims.to_pylist(), key=lambda r: r["claim_id"])
    assert (one["encounter_id"], one["person_id"], one["provider_id"]) == ("M1", "P1", "H33010000001")
    assert (one["provider_level"], two["provider_level"]) == ("3A", "ungraded")
    assert (one["care_type"], one["med_type"]) == ("inpatient", "2101")
    assert (two["care_type"], two["med_type"]) == ("chronic_outpatient", "140104")
    assert (one["sex"], two["sex"]) == ("male", None)
    assert one["birth_date"] == dt.date(1960, 2, 29)
    assert one["admitted_at"] == dt.datetime.fromisoformat("2024-03-01")
    assert one["settled_at"] == dt.datetime.fromisoformat("2024-03-05T11:30")
    assert (one["admission_way"], one["discharge_way"]) == ("emergency", "died")
    assert (one["chronic_disease_code"], two["chronic_disease_code"]) == (None, "M01602")
    assert one["fund_amount"] == Decimal("700.00")
    first, refund, herb = sorted(batch.lines.to_pylist(), key=lambda r: r["line_id"])
    assert (first["item_type"], first["fee_category"], first["catalogue_class"]) == ("drug", "western_drug", "B")
    assert (refund["item_type"], refund["fee_category"], refund["catalogue_class"]) == ("service", "exam", "A")
    assert (herb["item_type"], herb["fee_category"], herb["catalogue_class"]) == ("herbal_piece", "herbal_piece", None)
    assert (first["quantity"], first["unit_price"], first["copay_proportion"]) == (
        Decimal("2.5"), Decimal(4), Decimal("0.1"),
    )  # fmt: skip
    assert refund["reverses_line_id"] == "F1"
    assert [r["hospital_approval"] for r in (first, refund, herb)] == ["approved", "not_needed", "refused"]
    assert (first["is_restricted"], first["is_discharge_medication"], herb["herbal_use"]) == (True, True, "single")
    main, other = sorted(batch.diagnoses.to_pylist(), key=lambda r: r["sequence"])
    assert (main["timing"], main["kind"], main["is_principal"], main["present_on_admission"]) == (
        "discharge", "western", True, True,
    )  # fmt: skip
    assert (other["timing"], other["kind"], other["present_on_admission"]) == ("admission", "tcm_syndrome", None)
    assert {r["operation_code"]: r["is_principal"] for r in batch.operations.to_pylist()} == {
        "36.0600": True, "00.6600": False,
    }  # fmt: skip


CARE = {
    **dict.fromkeys(("11", "12", "15"), "outpatient"),
    "13": "emergency",
    **dict.fromkeys(("14", "140201"), "chronic_outpatient"),
    **dict.fromkeys(("21", "2107", "24"), "inpatient"),
    "28": "day_surgery",
    "41": "pharmacy",
    "51": "maternity_outpatient",
    **dict.fromkeys(("52", "5212"), "maternity_inpatient"),
    **dict.fromkeys(("53", "91"), "other"),
}


def test_families_of_medical_categories(folder: Any) -> None:
    rows = "".join(f"S{k},P1,H1,{k}\n" for k in CARE)
    where = folder({"setlinfo.csv": "setl_id,psn_no,fixmedins_code,med_type\n" + rows})
    with open_claims(where, mapping="nhsa") as intake:
        [batch] = intake.partitions()
    found = dict(zip(batch.claims["med_type"].to_pylist(), batch.claims["care_type"].to_pylist(), strict=True))
    assert found == CARE


def test_the_hospitals_own_name_stands_in_for_a_missing_product_name(folder: Any) -> None:
    fees = "feedetl_sn,setl_id,med_list_codg,cnt,det_item_fee_sumamt,medins_list_name{more}\nF1,S1,X1,1,10.00,own{value}\n"
    for more, value, name in (("", "", "own"), (",prodname", ",brand", "brand")):
        text = fees.format(more=more, value=value)
        with open_claims(folder({"setlinfo.csv": SETTLEMENT, "feedetail.csv": text}), mapping="nhsa") as intake:
            [batch] = intake.partitions()
        assert [(r["item_name"], r["provider_item_name"]) for r in batch.lines.to_pylist()] == [(name, "own")]


def test_columns_that_another_table_holds_are_ordinary(folder: Any) -> None:
    fees = "feedetl_sn,setl_id,mdtrt_id,psn_no,med_list_codg,cnt,det_item_fee_sumamt,fee_ocur_tim,telephone\n"
    with open_claims(folder({"setlinfo.csv": SETTLEMENT, "feedetail.csv": fees}), mapping="nhsa") as intake:
        [warning] = intake.warnings
    assert warning.message == "columns that are not read: lines: fee_ocur_tim (did you mean fee_ocur_time?), telephone"
