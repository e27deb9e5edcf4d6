"""The report as a page: its title, who answers for it, and its sections, the same in every format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from threatlab.errors import ThreatLabError
from threatlab.report import sections_first, sections_system, sections_work
from threatlab.report.blocks import Cell, Gap, Heading, Section, Table
from threatlab.report.model import ThreatModel, check_model
from threatlab.words import listed

_PARTS = (
    sections_first.summary,
    sections_system.scope,
    sections_system.assets,
    sections_system.threats,
    sections_system.findings,
    sections_work.plan,
    sections_work.policy,
    sections_work.evidence,
    sections_work.operation,
    sections_work.record,
    sections_work.sign_off,
    sections_system.answers,
    sections_system.mappings,
    sections_work.exercise_log,
    sections_work.course_checklist,
)


@dataclass(frozen=True, slots=True)
class Page:
    """One system's report. `edition` is its version and day."""

    title: str
    edition: str
    byline: str
    sections: tuple[Section, ...]


def page(model: ThreatModel, *, gaps: bool = True) -> Page:
    """Return the report on one system; without `gaps` a section that is missing is only named in the summary."""
    sections = [part(model) for part in _PARTS]
    return Page(
        model.title,
        ", ".join(_byline(model)[:2]),
        " · ".join(_byline(model)),
        tuple(section for section in sections if section.blocks and (gaps or not _is_gap(section))),
    )


def _byline(model: ThreatModel) -> tuple[str, ...]:
    """Return which version it is, as of when, and who made it, reviewed it and answers for it."""
    return (
        f"version {model.version}" if model.version.strip() else "no version given",
        f"as of {model.made_on}" if model.made_on else "not dated",
        f"by {model.author}" if model.author else "author not named",
        f"reviewed by {listed(model.reviewers)}" if model.reviewers else "reviewed by nobody yet",
        f"owner: {model.system.owner}" if model.system.owner else "owner: nobody yet",
    )


def _is_gap(section: Section) -> bool:
    said = [block for block in section.blocks if not isinstance(block, Heading)]
    return bool(said) and all(isinstance(block, Gap) for block in said)


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
        check_model(model)
