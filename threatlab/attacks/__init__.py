"""The live attacks, in the order of the lesson: small, offline, and the same for the same seed."""

from collections.abc import Mapping
from types import MappingProxyType

from threatlab.attacks import (
    evasion,
    extraction,
    hijack,
    injection,
    membership,
    memory_poisoning,
    poisoning,
    tool_poisoning,
)
from threatlab.attacks.base import Attack, AttackResult

__all__ = ["ATTACKS", "Attack", "AttackResult"]

_IN_ORDER = (
    poisoning.ATTACK,
    extraction.ATTACK,
    evasion.ATTACK,
    membership.ATTACK,
    injection.ATTACK,
    hijack.ATTACK,
    memory_poisoning.ATTACK,
    tool_poisoning.ATTACK,
)

ATTACKS: Mapping[str, Attack] = MappingProxyType({attack.name: attack for attack in _IN_ORDER})
