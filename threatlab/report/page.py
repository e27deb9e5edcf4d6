"""The report as a page: its title, who answers for it, and its sections, the same in every format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from threatlab.errors import ThreatLabError
from threatlab.report import sections_system, sections_work
from threatlab.report.blocks import Cell, Gap, Section, Table
from threatlab.report.model import ThreatModel

_PARTS = (
    sections_system.summary,
    sections_system.scope,
    sections_system.attributes,
    sections_system.findings,
    sections_system.threats,
    sections_work.policy,
    sections_work.plan,
    sections_work.evidence,
    sections_work.monitoring,
    sections_work.tabletop,
    sections_work.reviews,
    sections_work.training,
    sections_work.record,
)


@dataclass(frozen=True, slots=True)
class Page:
    """One system's report."""

    title: str
    byline: str
    sections: tuple[Section, ...]


def page(model: ThreatModel, *, gaps: bool = True) -> Page:
    """Return the report on one system; without `gaps` a section that is missing is only named in the summary."""
    system = model.system
    owner = f"owner: {system.owner}" if system.owner else "owner: nobody yet"
    author = f"by {model.author}" if model.author else "author not named"
    day = f"as of {model.made_on}" if model.made_on else "not dated"
    sections = [part(model) for part in _PARTS]
    return Page(
        model.title,
        f"{owner} · {author} · {day}",
        tuple(section for section in sections if gaps or not _is_gap(section)),
    )


def _is_gap(section: Section) -> bool:
    return all(isinstance(block, Gap) for block in section.blocks)


def overview(models: Sequence[ThreatModel]) -> Table:
    """Return a table with a row for each of several systems, in the order given."""
    rows: list[tuple[Cell, ...]] = []
    for model in models:
        result = model.assessment
        worst = result.catalog.threats[result.worst_threat].title if result.worst_threat else ""
        unknown = sum(finding.unknown for finding in result.findings)
        rows.append((model.title, f"{result.risk_score:.2f}", str(len(result.findings)), str(unknown), worst))
    columns = ("System", "Risk score", "Findings", "of them unknown", "Worst threat")
    return Table(f"{len(rows)} systems", columns, tuple(rows), (1, 2, 3))


def check_models(models: Sequence[object]) -> None:
    """Raise the error that says so, if there are no models, or one of them is none."""
    if not models:
        raise ThreatLabError("a report needs at least one threat model")
    for model in models:
        if not isinstance(model, ThreatModel):
            raise ThreatLabError(f"a report is made of ThreatModel(system, ...), not of {model!r}")
