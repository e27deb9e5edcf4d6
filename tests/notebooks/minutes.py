"""How long a person needs for a notebook: what there is to read, to decide, to write and to try, counted in its file.

The rates are ours: text is read at 180 words a minute, the pace of careful readers of a second language; what a
cell prints is skimmed at twice that; code that is not folded is read at 20 lines a minute. A guess takes 15 seconds, a
recalled answer 30, a line of one's own three minutes, a question of an exercise eight. A panel takes three minutes. A
cell that is tagged ("minutes:8") takes that, since only its author knows what the text asks for: a name or a number is
written in less time than a reason, and of what a team does on another day ("minutes:0") the title tells by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from threatlab.exercises.solution import CHECK

WORDS, SKIMMED, LINES = 180, 360, 20
GUESS, RECALLED, PIECE, QUESTION, PANEL, RUN = 0.25, 0.5, 3.0, 8.0, 3.0, 0.05

_PANEL = "A picture of the panel as it was saved"
_GUESSES = re.compile(r"(?:Prediction|CheckYourself)\(.*\d+ of (\d+) predicted\)", re.DOTALL)
_RECALLED = re.compile(r"Recall\(.*of (\d+) recalled")
_TAG = re.compile(r"minutes:(\d+)")


@dataclass
class Effort:
    """What a notebook asks of a person.

    `words`, `printed` (words) and `lines` of code are to be read; `doing` are the minutes of each action by its cell,
    and `stretches` the words from one action to the next, each with the cell in which it ends.
    """

    words: int = 0
    printed: int = 0
    lines: int = 0
    runs: int = 0
    doing: dict[str, float] = field(default_factory=dict)
    stretches: dict[str, int] = field(default_factory=dict)

    @property
    def minutes(self) -> float:
        """The minutes that all of it takes."""
        reading = self.words / WORDS + self.printed / SKIMMED + self.lines / LINES
        return reading + self.runs * RUN + sum(self.doing.values())

    @property
    def longest(self) -> tuple[str, int]:
        """The longest stretch of reading without an action: the cell in which it ends, and its words."""
        return max(self.stretches.items(), key=lambda each: each[1])


def effort(file: Path, section: str = "") -> Effort:
    """Return what the notebook in `file`, saved with its outputs, asks of a person: all of it, or the section "4"."""
    return effort_of(_cells(file, section))


def effort_of(cells: Iterable[NotebookNode]) -> Effort:
    """Return what some cells, saved with their outputs, ask of a person."""
    counted, since = Effort(), 0
    for cell in cells:
        if cell.cell_type == "markdown":
            words = len(re.sub(r"</?\w+>|[#*|`>-]|\]\([^)]*\)", " ", cell.source).split())
            counted.words += words
            since += words
            continue
        counted.runs += 1
        counted.printed += sum(len(text.split()) for text in _texts(cell))
        if not cell.metadata.get("jupyter", {}).get("source_hidden"):
            counted.lines += sum(bool(line.strip()) for line in cell.source.splitlines())
        if took := _doing(cell):
            counted.doing[cell.id], counted.stretches[cell.id] = took, since
            since = 0
    counted.stretches["the end"] = since
    return counted


def _cells(file: Path, section: str) -> Iterator[NotebookNode]:
    """Yield the cells of a notebook, or of the section under the heading "## 4"; a heading may stand last in a cell."""
    now = ""
    for cell in nbformat.read(file, as_version=4).cells:
        headings = re.findall(r"^## (\w*)", cell.source, re.MULTILINE) if cell.cell_type == "markdown" else []
        if not section or section in (now, *headings):
            yield cell
        now = headings[-1] if headings else now


def _doing(cell: NotebookNode) -> float:
    """Return the minutes of what a learner does in a cell besides running it."""
    tagged = [int(match[1]) for tag in cell.metadata.get("tags", ()) if (match := _TAG.fullmatch(tag))]
    if tagged:
        return tagged[0]
    if re.search(r"^w\d+\.check\(", cell.source, re.MULTILINE):
        return PIECE
    if asked := len(CHECK.findall(cell.source)):
        return asked * QUESTION
    shown = "".join(str(output.get("data", "")) for output in cell.outputs)
    if match := _GUESSES.search(shown):
        return int(match[1]) * GUESS
    if match := _RECALLED.search(shown):
        return int(match[1]) * RECALLED
    return PANEL if _PANEL in shown else 0.0


def _texts(cell: NotebookNode) -> list[str]:
    """Return what a cell prints; a panel's picture and a verdict are counted as what is done with them."""
    if "check(" in cell.source or any(_PANEL in str(output.get("data", "")) for output in cell.outputs):
        return []
    shown = [(output, output.get("data", {})) for output in cell.outputs]
    return [o.get("text") or data.get("text/markdown") or data.get("text/plain", "") for o, data in shown]
