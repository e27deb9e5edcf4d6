"""What fails a pipeline: the reasons of a gate, and the open questions on which one passes."""

from __future__ import annotations

from collections.abc import Sequence

from threatlab.checks import check_number
from threatlab.cli.output import FAILED, PASSED, say
from threatlab.errors import ThreatLabError
from threatlab.report import ThreatModel

_NAMED = 3
"""How many open questions a sentence names."""


def gate(models: Sequence[ThreatModel], reasons: Sequence[str]) -> int:
    """Say why the gate fails, or on which open questions it passes, and return the exit code."""
    for reason in reasons:
        say(f"gate failed: {reason}")
    for model in models if not reasons else ():
        if open_facts(model):
            say(f"gate passed: {model.system.name}: {open_in_words(model)}")
    return FAILED if reasons else PASSED


def open_facts(model: ThreatModel) -> tuple[str, ...]:
    """Return the facts that a score depends on and nobody has answered; the lesson's three checks ask for none."""
    return model.open_facts if model.ruleset == "ai" else ()


def open_in_words(model: ThreatModel) -> str:
    """Return how many questions about the system are open, and the first of them by name."""
    names, of = open_facts(model), len(model.system.catalog.facts)
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    are = "is" if len(names) == 1 else "are"
    return f"{len(names)} of {of} questions about the system {are} open: {', '.join(names[:_NAMED])}{more}"


def score(given: str, option: str = "--fail-at", what: str = "a risk score") -> float:
    """Return the number from 0 to 1 that an option was given."""
    try:
        value = float(given)
    except ValueError:
        raise ThreatLabError(f"{option} is {given!r}; give {what} from 0 to 1, such as 0.7") from None
    return check_number(option, value, 0, 1, what=what)
