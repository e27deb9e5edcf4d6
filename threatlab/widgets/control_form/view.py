"""The control form's state, and pure functions from that state to HTML: questions by layer, answers, their proof."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from threatlab.catalog import Control
from threatlab.report import EXAMPLE
from threatlab.system import AISystem, system_from_table
from threatlab.widgets.base.html import (
    Html,
    bar,
    caption,
    fold,
    markup,
    problem,
    saved,
    saved_table,
    tag,
    toggle,
    unheard,
)
from threatlab.widgets.base.html import field as text_field

FITS = 55
"""Characters of a proof that its field shows in a narrow window; a longer one stands below it, too."""

_ANSWERS = (("yes", True, "Yes"), ("no", False, "No"), ("not known", None, "Nobody knows"))
_WORDS = {value: label for label, value, _ in _ANSWERS}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, and where the proof of it is."""

    value: bool | None
    proof: str


@dataclass(frozen=True)
class FormState:
    """The system that the form began with, and the answers that were given here."""

    base: AISystem
    example: bool = False
    own: Mapping[str, Answer] = field(default_factory=dict)

    @cached_property
    def system(self) -> AISystem:
        """The system with the answers given here."""
        answered = self.base.with_(**{name: given.value for name, given in self.own.items()})
        proofs = {name: given.proof for name, given in self.own.items()}
        notes = {name: note for name, note in {**self.base.notes, **proofs}.items() if note}
        return system_from_table({**answered.to_dict(), "notes": notes}, self.base.catalog)


def progress(state: FormState) -> str:
    """Return in words how many questions are answered."""
    system = state.system
    parts = (("controls", system.catalog.controls), ("facts", system.catalog.facts))
    return ", ".join(f"{_known(system, names)} of {len(names)} {what} answered" for what, names in parts)


def page(state: FormState) -> Html:
    """Return the head with its progress, and the questions, folded by what they are about."""
    system, known = state.system, state.system.catalog
    example = tag("p", tag("b", EXAMPLE), ": the answers that it begins with are made up.") if state.example else None
    head = tag(
        "div.tl-cf-head",
        caption("What is in place, and who says so?", system.title),
        tag("p", tag("b", progress(state))),
        bar(_known(system, known.controls) / len(known.controls)),
    )
    how = "An answer without proof is a guess. What is left at \u201cnot known\u201d counts as missing in the score."
    facts = fold(_title(system, "What the system is", known.facts), *(_question(state, name) for name in known.facts))
    return tag(
        "div.tl-control-form",
        head,
        example,
        tag("p.tl-sub", how),
        problem("answer"),
        problem("prove"),
        *(
            fold(_title(system, title, names), *(_question(state, name) for name in names), opened=not place)
            for place, (title, names) in enumerate(_layers(state))
        ),
        facts,
        unheard(progress(state)),
    )


def static_picture(state: FormState) -> Html:
    """Return the answers for a saved notebook."""
    system, known = state.system, state.system.catalog
    rows = [
        (title, known.controls[name].question, _WORDS[system[name]], system.notes.get(name, ""))
        for title, names in _layers(state)
        for name in names
    ]
    title = f"{f'{EXAMPLE}: ' if state.example else ''}{system.title}: {progress(state)}"
    return saved(title, saved_table(("Layer", "Question", "Answer", "Where the proof is"), rows))


def _layers(state: FormState) -> list[tuple[str, list[str]]]:
    """Return the title of each layer with the ids of its controls."""
    known = state.system.catalog
    controls: list[Control] = list(known.controls.values())
    return [
        (layer.title, [control.id for control in controls if control.layer == layer.id])
        for layer in known.layers.values()
    ]


def _title(system: AISystem, title: str, names: Collection[str]) -> Html:
    return markup(title, ": ", tag("span", f"{_known(system, names)} of {len(names)} answered"))


def _known(system: AISystem, names: Iterable[str]) -> int:
    return sum(system[name] is not None for name in names)


def _question(state: FormState, name: str) -> Html:
    system = state.system
    about = system.catalog.controls.get(name) or system.catalog.facts[name]
    args, proof = {"attribute": name}, system.notes.get(name, "")
    return tag(
        "div.tl-cf-question",
        toggle(about.question, "value", _ANSWERS, system[name], act="answer", args=args),
        text_field("Where is the proof?", "proof", proof, act="prove", args=args, class_="tl-inline"),
        tag("p.tl-sub", proof) if len(proof) > FITS else None,
    )
