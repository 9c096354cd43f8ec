"""The door for claims of any form.

Takes: a folder, a file, Arrow tables or Claims, and a mapping. Gives: `Intake`, whose partitions are `ClaimBatch`es.
Never: judges a claim.
"""

from claimrules.batch.claim_batch import ClaimBatch
from claimrules.batch.counts import TableCount
from claimrules.batch.door import open_claims
from claimrules.batch.intake import Intake
from claimrules.batch.registers import read_given

__all__ = ["ClaimBatch", "Intake", "TableCount", "open_claims", "read_given"]
