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
    Heading,
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
_LINK = re.compile(r"(?i)(?<=www)\.|:(?=//)|@")
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
        yield from _block(block, level)


def _block(block: Block, level: int = 2) -> Iterator[str]:
    match block:
        case Text(text):
            yield from (literal(part) for part in re.split(r"\n\s*\n", text))
        case Items(items):
            yield "\n".join(f"- {_cell(item)}" for item in items)
        case Table():
            yield f"**{literal(block.caption)}**"
            yield _table(block)
        case Heading(text):
            yield f"{'#' * (level + 1)} {literal(text)}"
        case Bars(caption, columns, bars):
            yield f"**{literal(caption)}**"
            ranges = ("Between",) if block.ranged else ()
            rows = tuple(
                (
                    bar.name,
                    f"{bar.value:.2f}",
                    *(_between(bar.between) for _ in ranges),
                    "█" * round(bar.value * _WIDTH),
                )
                for bar in bars
            )
            numbers = tuple(range(1, len(ranges) + 2))
            yield _table(Table(caption, (*columns, *ranges, "As a bar"), rows, numbers))
        case Figure(drawing):
            yield "\n".join(f"- {literal(line)}" for line in in_words(drawing).removesuffix(".").split("; "))
        case Gap(what, notebook):
            where = f" Notebook {literal(notebook)} shows how." if notebook else ""
            yield f"**Missing: {literal(what)}.**{where}"


def _between(bounds: tuple[float, float] | None) -> str:
    return "" if bounds is None else f"{bounds[0]:.2f} to {bounds[1]:.2f}"


def _table(table: Table) -> str:
    if not table.rows:
        return "None."
    rule = ["---:" if column in table.numbers else "---" for column in range(len(table.columns))]
    rows: list[Iterable[str]] = [map(literal, table.columns), rule]
    for group, members in table.grouped:
        rows += [[f"**{literal(group)}**", *[""] * (len(rule) - 1)]] if group else []
        rows += [map(_cell, row) for row in members]
    return "\n".join(f"| {' | '.join(cell or ' ' for cell in row)} |" for row in rows)


def _cell(cell: Cell) -> str:
    if isinstance(cell, tuple):
        return "<br>".join(_inline(part) for part in cell if part != "") or "—"
    return _inline(cell)


def _inline(part: Inline) -> str:
    match part:
        case Code(text):  # an id or a hash: nothing that could close the marks
            return f"`{text}`" if re.fullmatch(r"[\w., -]+", text) else literal(text)
        case Mark(text):
            return f"**{literal(text)}**"
        case _:
            return literal(part) or "—"
