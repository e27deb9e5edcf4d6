"""The scope editor's state, and what follows from it: facts, risk, open questions, and what is not saved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from threatlab.catalog import Catalog
from threatlab.dataflow import DataFlow
from threatlab.dataflow.facts import Hidden, Reading, facts_from, hidden_by_exclusions
from threatlab.dataflow.picture import NOTHING, Kept
from threatlab.exchange import Question
from threatlab.system import AISystem


@dataclass(frozen=True)
class ScopeState:
    """What the editor shows: a drawing, the system that brings its controls, and how it came to be.

    `opened` is the drawing as it was opened or last saved, and `chosen` its name in the list; `before` is the state
    that Undo goes back to; `kept` is what of the picture stays; `last_change` says what the last change did.
    `form` is the form that is open, `picked` the part that is changed in it, and `accepted` are the actions that were
    done so far, by form or in code. `saved` are the learner's files; `asked` is the drawing that waits for an answer
    to what becomes of this one, and `standing` the file that is in the way. `asks` are the questions that the file of
    another tool leaves open, the next one first.
    """

    drawing: DataFlow
    opened: DataFlow
    chosen: str
    base: AISystem | None = None
    before: ScopeState | None = field(default=None, compare=False, repr=False)
    kept: Kept = NOTHING
    last_change: str = ""
    form: str = "flow"
    picked: str = ""
    accepted: tuple[str, ...] = ()
    saved: tuple[str, ...] = ()
    asked: str = ""
    standing: str = ""
    asks: tuple[Question, ...] = ()

    @cached_property
    def readings(self) -> dict[str, Reading]:
        """What the drawing says of each fact, without what was left out."""
        return facts_from(self.drawing)

    @cached_property
    def hidden(self) -> Hidden:
        """What the exclusions take out of sight, with the assessments of both sides."""
        return hidden_by_exclusions(self.drawing, self.base)

    @property
    def catalog(self) -> Catalog:
        """The catalog of the system that follows from the drawing."""
        return self.hidden.in_scope.system.catalog

    @cached_property
    def true(self) -> tuple[str, ...]:
        """Labels of the facts that follow from the drawing."""
        return self.labels(fact for fact, reading in self.readings.items() if reading.value)

    @cached_property
    def questions(self) -> dict[str, tuple[str, ...]]:
        """What the drawing leaves open, as questions, each with the labels of the facts that hang on it."""
        asked = dict.fromkeys(reading.asks for reading in self.readings.values() if reading.asks)
        return {q: self.labels(fact for fact, reading in self.readings.items() if reading.asks == q) for q in asked}

    @property
    def score(self) -> str:
        """The risk in scope in two digits; "" while nothing drawn has earned one."""
        earned = self.drawing.flows or self.true
        return f"{self.hidden.in_scope.risk_score:.2f}" if earned else ""

    @property
    def score_before(self) -> str:
        """The score before the last change; "" if there was none, or none that differs."""
        before = self.before.score if self.before and self.score else ""
        return "" if before == self.score else before

    @property
    def unsaved(self) -> int:
        """How many parts of the drawing are others than when it was opened or saved."""

        def others(kind: str) -> int:
            now, then = set(getattr(self.drawing, kind)), set(getattr(self.opened, kind))
            return max(len(now - then), len(then - now))

        parts = sum(map(others, ("zones", "elements", "flows", "exclusions")))
        return parts or int(self.drawing != self.opened)

    def labels(self, facts: Iterable[str]) -> tuple[str, ...]:
        """Return facts as they are read by people."""
        return tuple(self.catalog.facts[fact].label for fact in facts)
