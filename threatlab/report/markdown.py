"""The report as GitHub-flavored Markdown. Every text stands in it as text, whatever characters it holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from threatlab.dataflow.picture import in_words
from threatlab.report.blocks import (
    Bars,
    Block,
    Cell,
    Code,
    Figure,
    Gap,
    Inline,
    Items,
    Mark,
    Section,
    Table,
    Text,
)
from threatlab.report.model import ThreatModel
from threatlab.report.page import check_models, overview, page
from threatlab.words import shown

_SPECIAL = re.compile(r"[&<>|\\`*_~^\[\]$]")
_LEADING = re.compile(r"^(\d{0,9})([#+=.)-])(?=[#+=\s-]|$)")
_LINK = re.compile(r"(?i):(?=//)|@|w(?=\.)")
_WIDTH = 20


def to_markdown(*models: ThreatModel) -> str:
    """Return the report on one system, or on several: an overview, then each.

    Raises
    ------
    ThreatLabError
        If there is no model, or one of them is none.
    """
    check_models(models)
    if len(models) == 1:
        return _joined(_page(models[0], 1))
    head = [f"# Threat models of {len(models)} systems", *_block(overview(models))]
    return _joined(iter([*head, *(block for model in models for block in _page(model, 2))]))


def sections_to_markdown(title: str, sections: Iterable[Section]) -> str:
    """Return sections under a title, as they would stand in a report."""
    return _joined(iter([f"## {literal(title)}", *(block for each in sections for block in _section(each, 3))]))


def literal(text: str) -> str:
    """Return `text` so that Markdown shows it as it is, in one line: nothing in it is markup, a link or a new line."""
    line = " ".join(shown(text).split())
    line = _SPECIAL.sub(_escaped, line)
    line = _LINK.sub(_entity, line)
    return _LEADING.sub(lambda found: f"{found[1]}&#{ord(found[2])};", line)


def _escaped(found: re.Match[str]) -> str:
    return f"\\{found[0]}" if found[0] in "*_~^[]$" else _entity(found)


def _entity(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def _joined(blocks: Iterator[str]) -> str:
    return "\n\n".join(block for block in blocks if block) + "\n"


def _page(model: ThreatModel, level: int) -> Iterator[str]:
    made = page(model, gaps=level == 1)
    yield f"{'#' * level} Threat model: {literal(made.title)}"
    yield literal(made.byline)
    for section in made.sections:
        yield from _section(section, level + 1)


def _section(section: Section, level: int) -> Iterator[str]:
    yield f"{'#' * level} {literal(section.title)}"
    for block in section.blocks:
        yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Text(text):
            yield from (literal(part) for part in re.split(r"\n\s*\n", text))
        case Items(items):
            yield "\n".join(f"- {_cell(item)}" for item in items)
        case Table():
            yield f"**{literal(block.caption)}**"
            yield _table(block)
        case Bars(caption, columns, bars):
            yield f"**{literal(caption)}**"
            names = [name for name, _ in block.figures]
            figures = zip(*(values for _, values in block.figures), strict=True)
            rows = tuple(
                (bar.name, *map(_figure, each), "█" * round(bar.value * _WIDTH))
                for bar, each in zip(bars, figures, strict=True)
            )
            numbers = tuple(range(1, len(names) + 1))
            yield _table(Table(caption, (columns[0], *names, "As a bar"), rows, numbers))
        case Figure(drawing):
            yield f"The scope in words: {literal(in_words(drawing))}"
        case Gap(what, notebook):
            where = f" It is made in notebook {literal(notebook)}." if notebook else ""
            yield f"**Missing: {literal(what)}.**{where}"


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _table(table: Table) -> str:
    if not table.rows:
        return "None."
    rule = ["---:" if column in table.numbers else "---" for column in range(len(table.columns))]
    rows = [map(literal, table.columns), rule, *(map(_cell, row) for row in table.rows)]
    return "\n".join(f"| {' | '.join(cell or ' ' for cell in row)} |" for row in rows)


def _cell(cell: Cell) -> str:
    if isinstance(cell, tuple):
        return "<br>".join(_inline(part) for part in cell if part != "")
    return _inline(cell)


def _inline(part: Inline) -> str:
    match part:
        case Code(text):  # an id or a hash: nothing that could close the marks
            return f"`{text}`" if re.fullmatch(r"[\w., -]+", text) else literal(text)
        case Mark(text):
            return f"**{literal(text)}**"
        case _:
            return literal(part) or "—"
