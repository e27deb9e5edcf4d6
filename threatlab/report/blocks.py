"""What a page is made of, whatever it is written in: sections of texts, lists, tables, bars and a picture."""

from __future__ import annotations

from dataclasses import dataclass

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
class Items:
    """A list."""

    items: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of each row says what the row is about. `numbers` are columns of figures."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """A share in 0..1 with its name, what it was before, and what it will be, if that is known."""

    name: str
    value: float
    before: float | None = None
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Bars:
    """Shares in 0..1, drawn and written; `columns` names what the bars are about, and their values."""

    caption: str
    columns: tuple[str, str]
    bars: tuple[Bar, ...]

    @property
    def figures(self) -> tuple[tuple[str, tuple[float | None, ...]], ...]:
        """The columns of figures: the heading of each, and its figure for each bar. One without any is left out."""
        all_ = (
            (self.columns[1], tuple(bar.value for bar in self.bars)),
            ("At first", tuple(bar.before for bar in self.bars)),
            ("After the plan", tuple(bar.after for bar in self.bars)),
        )
        return tuple(column for column in all_ if set(column[1]) != {None})


@dataclass(frozen=True, slots=True)
class Figure:
    """The drawing of the scope."""

    drawing: DataFlow


@dataclass(frozen=True, slots=True)
class Gap:
    """A part that is missing, and the notebook of the course in which it is made, if it is one of a course."""

    what: str
    notebook: str = ""


Block = Text | Items | Table | Bars | Figure | Gap


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of the page."""

    title: str
    blocks: tuple[Block, ...]
