"""What a page is made of, whatever it is written in: sections of texts, lists, tables, bars and a picture."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from threatlab.dataflow import DataFlow


@dataclass(frozen=True, slots=True)
class Code:
    """An id or a hash, shown as it is typed."""

    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A word that tells a state or a severity; `tone` colors it, and never tells it alone."""

    text: str
    tone: str


Inline = str | Code | Mark
Cell = Inline | tuple[Inline, ...]
"""What stands in a table's cell or a list's item; a tuple is shown line by line."""


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A title within a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of each row says what the row is about. `numbers` are columns of figures.

    `groups` names for each row the group that it belongs to, if they have any: rows of one group stand together.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: tuple[int, ...] = ()
    groups: tuple[str, ...] = ()

    @property
    def grouped(self) -> tuple[tuple[str, tuple[tuple[Cell, ...], ...]], ...]:
        """The rows by their groups; all of them under "" if there are none."""
        names = self.groups or ("",) * len(self.rows)
        pairs = groupby(zip(names, self.rows, strict=True), key=itemgetter(0))
        return tuple((name, tuple(row for _, row in rows)) for name, rows in pairs)


@dataclass(frozen=True, slots=True)
class Bar:
    """A share in 0..1 with its name, and between which bounds it may be, if they are known."""

    name: str
    value: float
    between: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Bars:
    """Shares in 0..1, drawn and written; `columns` names what the bars are about, and their values."""

    caption: str
    columns: tuple[str, str]
    bars: tuple[Bar, ...]

    @property
    def ranged(self) -> bool:
        """Whether one of them has bounds."""
        return any(bar.between for bar in self.bars)


@dataclass(frozen=True, slots=True)
class Figure:
    """The drawing of the scope."""

    drawing: DataFlow


@dataclass(frozen=True, slots=True)
class Gap:
    """A part that is missing, and the notebook of the course in which it is made, if it is one of a course."""

    what: str
    notebook: str = ""


Block = Text | Heading | Items | Table | Bars | Figure | Gap


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of the page. An `appendix` is for whoever looks something up, and is set smaller."""

    title: str
    blocks: tuple[Block, ...]
    appendix: bool = False
