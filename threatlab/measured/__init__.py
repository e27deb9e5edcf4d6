"""What an attack measured on somebody's own model: its record in a file, and what an assessment makes of it."""

from threatlab.measured.figures import effect, measured_catalog, removed, said_of, took, unused
from threatlab.measured.record import MEASURES, Interval, Measured, Repeat, Run, load_record, save_record

__all__ = [
    "MEASURES",
    "Interval",
    "Measured",
    "Repeat",
    "Run",
    "effect",
    "load_record",
    "measured_catalog",
    "removed",
    "said_of",
    "save_record",
    "took",
    "unused",
]
