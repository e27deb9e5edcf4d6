"""A drawing as a picture: boxes in lanes, arrows that go around them, and words that never overlap."""

from threatlab.dataflow.picture.layout import kept_from
from threatlab.dataflow.picture.places import NOTHING, Kept
from threatlab.dataflow.picture.svg import draw, in_words

__all__ = ["NOTHING", "Kept", "draw", "in_words", "kept_from"]
