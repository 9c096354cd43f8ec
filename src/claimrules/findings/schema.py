"""The columns of the output, fixed by the contract."""

import pyarrow as pa

_TEXT, _LIST = pa.string(), pa.list_(pa.string())

FINDINGS = pa.schema(
    [
        ("finding_id", _TEXT),
        ("subject", _TEXT),
        ("rule_id", _TEXT),
        ("rule_version", pa.int32()),
        ("category", _TEXT),
        ("verdict", _TEXT),
        ("severity", _TEXT),
        ("person_id", _TEXT),
        ("provider_id", _TEXT),
        ("claim_id", _TEXT),
        ("line_ids", _LIST),
        ("involved_line_ids", _LIST),
        ("related_claim_ids", _LIST),
        ("event_date", pa.date32()),
        ("observed", _TEXT),
        ("allowed", _TEXT),
        ("amount", pa.decimal128(18, 2)),
        ("fund_loss", pa.decimal128(18, 2)),
        ("amount_method", _TEXT),
        ("message_zh", _TEXT),
        ("message_en", _TEXT),
        ("basis", _TEXT),
        ("knowledge_ids", _LIST),
        ("region", _TEXT),
    ]
)
"""One row for each rule, subject and claim that it touches with violating lines."""

UNDECIDED = pa.schema(
    [("rule_id", _TEXT), ("subject", _TEXT), ("claim_id", _TEXT), ("missing", _TEXT), ("subjects", pa.int64())]
)
"""One row for each undecided subject; one a rule for a column that the input does not have at all."""

VERDICTS = pa.schema(
    [
        ("subject", _TEXT),
        ("claim_id", _TEXT),
        ("line_id", _TEXT),
        ("verdict", _TEXT),
        ("missing", _TEXT),
        ("amount", pa.decimal128(18, 2)),
        ("suspicious", pa.bool_()),
        ("violating", pa.bool_()),
    ]
)
"""One row for each row of a rule's kind: what `RulePack.judge` gives."""
