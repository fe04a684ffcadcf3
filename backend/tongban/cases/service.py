"""What other domains and the command line use of cases."""

from tongban.cases.heads import Resealed, reseal, verify_chains
from tongban.cases.proving import Finding, verify_presence, verify_seals
from tongban.cases.seals import NoSealKey, verifying_keys

__all__ = [
    "Finding",
    "NoSealKey",
    "Resealed",
    "reseal",
    "verify_chains",
    "verify_presence",
    "verify_seals",
    "verifying_keys",
]
