"""The façade.

Takes: folders of rules and knowledge. Gives: `RulePack`, which audits, checks and judges claims. Never: prints, or
writes but into the `WorkFolder` that it is given.
"""

from claimrules.pack.load import load, root_of, rule_files
from claimrules.pack.rule_pack import RulePack
from claimrules.pack.sound import Sound, load_sound
from claimrules.pack.work_folder import WorkError, WorkFolder

__all__ = ["RulePack", "Sound", "WorkError", "WorkFolder", "load", "load_sound", "root_of", "rule_files"]
