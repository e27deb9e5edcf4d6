"""The control form: every question about a system, with yes, no or not known, and where the proof of it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from threatlab.checks import check_text
from threatlab.system import AISystem, check_attribute, check_system, check_value
from threatlab.widgets.base.panel import Panel, action
from threatlab.widgets.control_form import view


class ControlForm(Panel[view.FormState]):
    """A live panel that asks what a system is and which controls it has; `system` is what came of the answers.

    `answer("rbac_configured", False, "the role plan of May")` does what its buttons and fields do.

    Parameters
    ----------
    system
        What is known so far: the form begins with its answers, and keeps those that are given here apart. They are
        there again tomorrow, whatever a drawing says of the system by then.
    example
        Whether what it begins with is an invented example's: it is marked as such.

    Raises
    ------
    ThreatLabError
        If `system` is no AISystem.
    """

    drawn_by = view

    def __init__(self, system: AISystem, *, example: bool = False) -> None:
        base = check_system(system)
        super().__init__(view.FormState(base, example=example), made_from=base.name)

    @property
    def system(self) -> AISystem:
        """The system with the answers given here, and where the proof of each is."""
        return self.state.system

    @action
    def answer(self, attribute: str, value: bool | None, proof: str | None = None) -> None:
        """Answer a question: True is yes, False no, None not known; `proof` is where it can be seen."""
        name = check_attribute(attribute, self.state.base.catalog)
        given = view.Answer(
            check_value(name, value), self.state.system.notes.get(name, "") if proof is None else _proof(name, proof)
        )
        self.show(replace(self.state, own={**self.state.own, name: given}))

    @action
    def prove(self, attribute: str, proof: str) -> None:
        """Say where the proof of an answer is: a document, a person, a test."""
        name = check_attribute(attribute, self.state.base.catalog)
        self.answer(name, self.state.system[name], proof)

    def memory(self, state: view.FormState) -> dict[str, Any]:
        """Return the answers that were given here."""
        return {name: [given.value, given.proof] for name, given in state.own.items()}

    def recall(self, memory: Any) -> view.FormState:
        """Return the form with the answers that were given to questions that it still asks."""
        asked = self.state.base.catalog.attributes
        own = {
            name: view.Answer(check_value(name, value), _proof(name, proof))
            for name, (value, proof) in memory.items()
            if name in asked
        }
        return replace(self.state, own=own)

    def __repr__(self) -> str:
        return f"ControlForm({self.system.name!r}): {view.progress(self.state)}"


def _proof(name: str, proof: object) -> str:
    return check_text(f"the proof of {name}", proof, empty=True)
