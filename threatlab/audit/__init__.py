"""The audit log: a file of what was assessed, in which each entry holds the one before to its word."""

from threatlab.audit.chain import GENESIS
from threatlab.audit.log import AuditLog, Verification

__all__ = [
    "GENESIS",
    "AuditLog",
    "Verification",
]
