"""A CSV file for trackers of work: each finding with what the plan says of it, in cells that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
from unicodedata import category

from threatlab.exchange.merge import Export
from threatlab.report import ThreatModel
from threatlab.words import shown

_COLUMNS = (
    *("system", "control", "title", "severity", "state", "finding", "recommendation", "owner", "role", "found"),
    *("start", "due", "effort_days", "removes", "criterion", "check", "threats", "atlas"),
)

_STARTS_A_FORMULA = "=+-@|%\uff1d\uff0b\uff0d\uff20"
"""What a spreadsheet takes for the beginning of a formula or a command, also in full width."""


def to_csv(model: ThreatModel) -> Export:
    """Return the findings of a threat model, worst first: one row each, with owner, dates and criterion from the plan.

    Dates are ISO dates, efforts person-days; `removes` is how far the plan's step lowers the risk score (0..1).
    """
    result = model.assessment
    rows = []
    for finding in result.findings:
        control = result.catalog.controls[finding.attribute]
        step, accepted = model.step(control.id), model.accepted(control.id)
        state = "planned" if step else "to be checked" if finding.unknown else "open"
        found = model.found.get(control.id)
        rows.append(
            {
                "system": model.system.name,
                "control": control.id,
                "title": control.title,
                "severity": finding.severity,
                "state": "accepted" if accepted else state,
                "finding": finding.finding,
                "recommendation": finding.recommendation,
                "owner": accepted.owner if accepted else step.owner if step else "",
                "role": control.role,
                "found": found.isoformat() if found else "",
                "start": step.start.isoformat() if step and step.start else "",
                "due": accepted.expires.isoformat() if accepted else step.due.isoformat() if step and step.due else "",
                "effort_days": f"{control.effort_days:g}",
                "removes": f"{step.removes:.4f}" if step else "",
                "criterion": str(control.success),
                "check": control.check,
                "threats": ", ".join(result.catalog.threats[each].title for each in finding.threats),
                "atlas": ", ".join(entry.id for entry in control.atlas_techniques),
            }
        )
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: inert(cell) for name, cell in row.items()} for row in rows)
    return Export(text.getvalue())


def inert(cell: str) -> str:
    """Return a cell in one line that a spreadsheet shows as it is, and never runs.

    >>> inert("=1+1"), inert("rate limit")
    ("'=1+1", 'rate limit')
    """
    line = " ".join(shown(cell).split())
    first = next((character for character in line if category(character) != "Cf"), "")  # what nobody sees counts not
    return f"'{line}" if first and first in _STARTS_A_FORMULA else line
