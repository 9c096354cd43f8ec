"""claimrules audits health-insurance settlement claims (医保结算智能审核) by declarative rules."""

from claimrules.version import __version__

__all__ = ["__version__"]
