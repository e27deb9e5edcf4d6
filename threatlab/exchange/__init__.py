"""Models of other tools, in and out: what a file is, what it says in our terms, and what comes back on export."""

from threatlab.exchange.merge import Export, write, write_model
from threatlab.exchange.navigator import to_layer
from threatlab.exchange.parts import Format, Import, Matched, Question
from threatlab.exchange.questions import answered, still_asked
from threatlab.exchange.registry import FORMATS, LARGEST, format_of, questions_about, read, recognized
from threatlab.exchange.sources import described, load_any
from threatlab.exchange.trackers import to_csv

__all__ = [
    "FORMATS",
    "LARGEST",
    "Export",
    "Format",
    "Import",
    "Matched",
    "Question",
    "answered",
    "described",
    "format_of",
    "load_any",
    "questions_about",
    "read",
    "recognized",
    "still_asked",
    "to_csv",
    "to_layer",
    "write",
    "write_model",
]
