"""Black-box attacks on somebody's own model: it is asked in a process of its own, and never more than is allowed."""

from threatlab.attacks.own.caller import Caller
from threatlab.attacks.own.data import Data, make_data, read_data
from threatlab.attacks.own.outcome import NothingError
from threatlab.attacks.own.run import BLACK_BOX, begin, go_on
from threatlab.attacks.own.target import OwnProcess, TargetError, kind_of

__all__ = [
    "BLACK_BOX",
    "Caller",
    "Data",
    "NothingError",
    "OwnProcess",
    "TargetError",
    "begin",
    "go_on",
    "kind_of",
    "make_data",
    "read_data",
]
