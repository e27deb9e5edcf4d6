"""What an attack measured on somebody's own model: its record in a file, and what an assessment makes of it."""

from threatlab.measured.figures import measured_catalog, removed, said_of, unused
from threatlab.measured.record import MEASURES, Interval, Measured, Repeat, Run, load_record, save_record

__all__ = [
    "MEASURES",
    "Interval",
    "Measured",
    "Repeat",
    "Run",
    "load_record",
    "measured_catalog",
    "removed",
    "said_of",
    "save_record",
    "unused",
]
