"""Is the advice any good? Where an order of controls puts those that were really missing, on cases it has not seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from threatlab.assessment.result import Assessment, assess
from threatlab.catalog import Case
from threatlab.catalog import catalog as shipped
from threatlab.system import AISystem


def held_out() -> Iterator[tuple[Case, Assessment]]:
    """Yield each published case with its assessment: of its facts alone, by a catalog without this case."""
    for case in shipped().cases:
        others = replace(shipped(), cases=tuple(other for other in shipped().cases if other is not case))
        facts = {**dict.fromkeys(case.true, True), **dict.fromkeys(case.false, False)}
        yield case, assess(AISystem(case.id, catalog=others).with_(**facts))


def advised(result: Assessment) -> list[str]:
    """Return the ids of all findings' controls as `best_next` orders them; what would remove nothing comes last."""
    steps = [step.attribute for step in result.best_next(len(result.findings))]
    return steps + [finding.attribute for finding in result.findings if finding.attribute not in steps]


def ranks(order: Sequence[str], missing: frozenset[str]) -> list[float]:
    """Return where the missing controls stand in an order: 1.0 is first, 0.0 last, 0.5 the average of no order."""
    return [1 - place / (len(order) - 1) for place, control in enumerate(order) if control in missing]
