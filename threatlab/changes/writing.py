"""Writes what changed: as text for a terminal, as Markdown for a pull request, as JSON, as SARIF with its baseline."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import chain
from math import ceil

from threatlab.assessment import Finding
from threatlab.changes.compare import AnswerChange, Change, InventoryChange, PartChange
from threatlab.measured import effect, said_of
from threatlab.ranking import moved, rounded
from threatlab.report.blocks import Block, Cell, Code, Mark, Section, Table, Text
from threatlab.report.json_file import json_text
from threatlab.report.markdown import sections_to_markdown
from threatlab.words import counted, listed, shown

SHOWN = 20
"""Systems and answers of an inventory that text and Markdown list; JSON has them all."""

_WIDTH = 80
_NAME, _LAST = 30, 24
"""Characters that a column is wide at most, and that the last one has at least."""

_ANSWER = {True: "true", False: "false", None: "unknown"}
_FIELDS = {
    "complete": "nothing is left out",
    "personal": "data about people",
    "case": "incident",
    "worth": "why it is of worth",
    "way": "chosen by",
    "budget": "days",
    "effort_days": "days",
    "min_utility": "least usefulness",
    "max_risk": "highest risk score",
    "max_per_threat": "highest risk of a threat",
    "max_by_threat": "highest risk of single threats",
    "open_days": "days that a finding may stay open",
    "expires": "until",
}
"""What fields are called whose names don't say it."""

_DRAWN = ("drawing", "zone", "element", "flow", "boundary crossed by", "left out of scope")


def to_text(change: Change | InventoryChange) -> str:
    """Return what changed as text for a terminal; no line is wider than 80 characters."""
    lines = _wrapped(title(change))
    for section in sections(change):
        lines += ["", section.title.upper()]
        for block in section.blocks:
            lines += _rows(block) if isinstance(block, Table) else _wrapped(_plain(block.text))  # type: ignore[union-attr]
    return "\n".join(lines) + "\n"


def to_markdown(change: Change | InventoryChange) -> str:
    """Return what changed as GitHub-flavored Markdown, as for a comment on a pull request."""
    return sections_to_markdown(title(change), sections(change))


def to_json(change: Change | InventoryChange) -> str:
    """Return what changed as a JSON text."""
    return json_text(change.to_dict())


def title(change: Change | InventoryChange) -> str:
    """Return the change in one line."""
    if isinstance(change, Change):
        return f"{_name(change)}: {_score(change)}"
    both = len(change.changed) + change.same
    said = f"{len(change.changed)} of {counted(both, 'system')} changed"
    return f"{said}, {len(change.added)} new, {len(change.removed)} gone"


def sections(change: Change | InventoryChange) -> tuple[Section, ...]:
    """Return what changed as sections of a report, without those that would be empty."""
    parts = _of_system(change) if isinstance(change, Change) else _of_inventory(change)
    return tuple(section for section in parts if any(not isinstance(b, Table) or b.rows for b in section.blocks))


def unmoved(now: float, before: float) -> str:
    """Return in words that a score reads as before, or where it lies if it differs by less than it shows.

    >>> unmoved(0.5551, 0.5598), unmoved(0.5, 0.5)
    ('less than 0.01 lower than before', 'as before')
    """
    by = rounded(now - before)
    return f"less than 0.01 {'higher' if by > 0 else 'lower'} than before" if by else "as before"


def signed(moved: float, error: float = 0.0) -> str:
    """Return how far a score moved, with its sign, and its error bar if it has one.

    >>> signed(0.1234), signed(-0.00001), signed(-0.05, 0.0002)
    ('+0.123', '0.000', '-0.050 ± 0.001')
    """
    shown_ = f"{moved:+.3f}" if round(moved, 3) else "0.000"
    return f"{shown_} ± {ceil(error * 1000) / 1000:.3f}" if error else shown_


def _of_system(change: Change) -> Iterator[Section]:
    if not change:
        yield Section("Nothing changed", (Text("Every answer and every part is as it was."),))
    columns = ("Share", "Answer", "Was", "Is")
    rows = tuple(map(_answer, change.answers))
    total = ((signed(change.by), "together", "", ""),) if len(rows) > 1 else ()
    blocks: list[Block] = [Table("Their shares in the change of the score", columns, rows + total, (0,))]
    blocks += [Text(text) for text in _remarks(change)] if rows else []
    yield Section("Answers", tuple(blocks))
    found = [*(_finding(change, f, opened=True) for f in change.opened)]
    found += [_finding(change, f, opened=False) for f in change.closed]
    yield Section("Findings", (Table("Opened and closed", ("State", "Severity", "Control", "Why"), tuple(found)),))
    threats = tuple((signed(t.after - t.before), f"{t.before:.3f}", f"{t.after:.3f}", t.title) for t in change.threats)
    yield Section("Risk by threat", (Table("Residual risk", ("Moved", "Was", "Is", "Threat"), threats, (0, 1, 2)),))
    for heading, drawn in (("Flows and boundaries", True), ("Plan and acceptances", False)):
        parts = tuple(_part(part) for part in change.parts if (part.kind in _DRAWN) is drawn)
        yield Section(heading, (Table("Added, removed, changed", ("State", "Part", "Name", "Now"), parts),))
    if change.also:
        yield Section("Also changed", (Text(f"{listed(change.also)}."),))
    if change.as_saved is not None and change.new.measured:
        known = change.new.system.catalog
        said = tuple(f"{said_of(each)} {effect(each, known)}" for each in change.new.measured)
        yield Section("Measured on the real system", tuple(map(Text, said)))


def _of_inventory(change: InventoryChange) -> Iterator[Section]:
    if not change:
        yield Section("Nothing changed", (Text("Every system is as it was."),))
    rows = tuple(
        (signed(c.by), f"{c.before:.2f}", f"{c.after:.2f}", c.name, Code(c.answers[0].attribute) if c.answers else "")
        for c in change.changed[:SHOWN]
    )
    columns = ("Moved", "Was", "Is", "System", "Most by")
    yield Section("Systems", (Table("Risk scores", columns, rows, (0, 1, 2)), *_more(len(change.changed), "system")))
    answers = tuple((signed(share), str(systems), Code(name)) for name, systems, share in change.answers[:SHOWN])
    table = Table("Their shares, added up over the systems", ("Share", "Systems", "Answer"), answers, (0, 1))
    yield Section("Answers", (table, *_more(len(change.answers), "answer")))
    for heading, models in (("New systems", change.added), ("Systems that are gone", change.removed)):
        lines = tuple((f"{model.assessment.risk_score:.2f}", model.system.name) for model in models[:SHOWN])
        yield Section(heading, (Table("Risk scores", ("Score", "System"), lines, (0,)), *_more(len(models), "system")))


def _more(count: int, noun: str) -> tuple[Text, ...]:
    left = count - SHOWN
    return (Text(f"{counted(left, f'further {noun}')}: --format json lists all."),) if left > 0 else ()


def _name(change: Change) -> str:
    was = change.old.system.name
    return change.name if was == change.name else f"{change.name} (was {was})"


def _score(change: Change) -> str:
    by = moved(change.after, change.before)
    if not by:
        return f"risk score {change.after:.2f}, {unmoved(change.after, change.before)}"
    return f"risk score {change.after:.2f}, {'up' if by > 0 else 'down'} {abs(by):.2f} from {change.before:.2f}"


def _remarks(change: Change) -> Iterator[str]:
    if any(answer.error for answer in change.answers):
        yield (
            f"The shares are estimates: means over {counted(2 * change.pairs, 'order')} of the changes, drawn by "
            "chance, with bars of two standard errors."
        )
    if change.forgotten:
        yield (
            f"Answered before, and unknown now: {listed(change.forgotten)}. What nobody says counts as false; "
            "what that takes off the score has not become safer."
        )


def _answer(answer: AnswerChange) -> tuple[Cell, ...]:
    return (
        signed(answer.share, answer.error),
        Code(answer.attribute),
        _ANSWER[answer.before],
        _ANSWER[answer.after],
    )


def _finding(change: Change, finding: Finding, *, opened: bool) -> tuple[Cell, ...]:
    mark = Mark("opened", "bad") if opened else Mark("closed", "" if change.unsaid(finding) else "good")
    return (mark, finding.severity, Code(finding.attribute), change.why(finding, opened=opened))


def fields_said(part: PartChange) -> str:
    """Return what a part's fields say now, and what they said."""
    return "; ".join(f"{_FIELDS.get(name, name)}: {now}" + f", was {was}" * bool(was) for name, was, now in part.fields)


def _part(part: PartChange) -> tuple[Cell, ...]:
    return (Mark(part.change, ""), part.kind, part.name, fields_said(part))


def _plain(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell.text  # type: ignore[union-attr]  # no cell here has lines


def _wrapped(text: str, indent: str = "") -> list[str]:
    flat = " ".join(shown(text).split())
    return textwrap.wrap(flat, _WIDTH, initial_indent=indent, subsequent_indent=indent) or [indent]


def _rows(table: Table) -> list[str]:
    """Return a table's lines: columns as wide as their words; what the last one has no room for goes on below."""
    cells = [[" ".join(shown(_plain(cell)).split()) for cell in row] for row in (table.columns, *table.rows)]
    wide = [min(_NAME, max(map(len, column))) for column in zip(*cells, strict=True)]
    lines = []
    for row in cells:
        begun = [
            cell.rjust(width) if column in table.numbers else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row[:-1], wide, strict=False))
        ]
        head = "  ".join(begun) + "  "
        lines += [line.rstrip() for line in _hanging(head, row[-1])]
    return lines


def _hanging(head: str, text: str) -> Sequence[str]:
    if len(head) > _WIDTH - _LAST and len(head) + len(text) > _WIDTH:  # a long name: what follows it begins a new line
        return list(chain(_wrapped(head), _wrapped(text, "    ")))
    return textwrap.wrap(text, _WIDTH, initial_indent=head, subsequent_indent=" " * len(head)) or [head]
