"""The report as one HTML page: nothing is loaded from anywhere, nothing runs in it, and it prints well."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html import escape
from importlib import resources

from threatlab.dataflow.picture import draw
from threatlab.report.blocks import (
    Bar,
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
from threatlab.report.page import Page, check_models, overview, page
from threatlab.words import shown

_MANY = 4
"""A table with more columns than this is shown row by row where the page is narrow."""

_PARTED = re.compile("(?<=_)")
"""Where an id may go on in the next line."""

_LONG = 18
"""Characters of a word that a column can be made as wide as."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""What a browser may load or run for this page: its own style, and nothing else, whatever text got into it."""


def to_html(*models: ThreatModel) -> str:
    """Return the report on one system, or on several: an overview, then each, as one self-contained HTML page.

    Raises
    ------
    ThreatLabError
        If there is no model, or one of them is none.
    """
    check_models(models)
    if len(models) == 1:
        title, body = models[0].title, "".join(_page(page(models[0]), 1, "p1"))
    else:
        title = f"{len(models)} systems"
        links = "".join(f'<li><a href="#p{n}" dir="auto">{_text(m.title)}</a></li>' for n, m in enumerate(models, 1))
        articles = "".join(
            f'<article id="p{n}">{"".join(_page(page(m, gaps=False), 2, f"p{n}"))}</article>'
            for n, m in enumerate(models, 1)
        )
        body = f"<h1>Threat models of {len(models)} systems</h1>{_table(overview(models))}"
        body += f'<nav aria-label="Systems"><ul>{links}</ul></nav>{articles}'
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Threat model: {_text(title)}</title>\n<style>\n{_style()}</style>\n</head>\n"
        f"<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def _page(made: Page, level: int, anchor: str) -> Iterator[str]:
    yield f'<h{level} dir="auto">Threat model: {_text(made.title)}</h{level}>\n'
    yield f'<p class="by" dir="auto">{_text(made.byline)}</p>\n'
    if level == 1:
        links = "".join(f'<li><a href="#{anchor}-{n}">{_text(s.title)}</a></li>' for n, s in enumerate(made.sections))
        yield f'<nav aria-label="Sections"><ul>{links}</ul></nav>\n'
    for number, section in enumerate(made.sections):
        yield f'<section id="{anchor}-{number}">\n{_section(section, level + 1)}</section>\n'


def _section(section: Section, level: int) -> str:
    return f"<h{level}>{_text(section.title)}</h{level}>\n" + "".join(map(_block, section.blocks))


def _block(block: Block) -> str:
    match block:
        case Text(text):
            parts = [part for part in re.split(r"\n\s*\n", text) if part.strip()]
            return "".join(f'<p dir="auto">{_text(part)}</p>\n' for part in parts)
        case Items(items):
            return "<ul>" + "".join(f'<li dir="auto">{_cell(item)}</li>' for item in items) + "</ul>\n"
        case Table():
            return _table(block)
        case Bars():
            return _bars(block)
        case Figure(drawing):
            # An SVG inside HTML needs no address of its namespace.
            svg = draw(drawing, theme="paper").replace(' xmlns="http://www.w3.org/2000/svg"', "", 1)
            return (
                f'<figure>{svg}<figcaption dir="auto">{_text(f"The scope of {drawing.title}.")}</figcaption></figure>\n'
            )
        case Gap(what, notebook):
            where = f" It is made in notebook {_text(notebook)}." if notebook else ""
            return f'<p class="gap"><strong>Missing: {_text(what)}.</strong>{where}</p>\n'


def _table(table: Table) -> str:
    if not table.rows:
        return f"<p><strong>{_text(table.caption)}:</strong> none.</p>\n"
    head = "".join(f'<th scope="col"{_class(table, n, "")}>{_text(name)}</th>' for n, name in enumerate(table.columns))
    rows = "".join(f"<tr>{''.join(_cells(table, row))}</tr>\n" for row in table.rows)
    wide = ' class="wide"' if len(table.columns) > _MANY else ""
    return (
        f"<table{wide}><caption>{_text(table.caption)}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table>\n"
    )


def _cells(table: Table, row: tuple[Cell, ...]) -> Iterator[str]:
    yield f'<th scope="row" dir="auto"{_class(table, 0, row[0])}>{_cell(row[0])}</th>'
    for number, cell in enumerate(row[1:], start=1):
        of = escape(table.columns[number])
        yield f'<td data-of="{of}" dir="auto"{_class(table, number, cell)}>{_cell(cell)}</td>'


def _class(table: Table, column: int, cell: Cell) -> str:
    """Return the classes of a cell: of figures, and of words so long that they may be broken anywhere."""
    parts = cell if isinstance(cell, tuple) else (cell,)
    words = [word for part in parts for word in re.split(r"[\s_]+", part if isinstance(part, str) else part.text)]
    names = [*(["num"] if column in table.numbers else []), *(["long"] if max(map(len, words)) > _LONG else [])]
    return f' class="{" ".join(names)}"' if names else ""


def _bars(block: Bars) -> str:
    names = "".join(f'<th scope="col" class="num">{_text(name)}</th>' for name, _ in block.figures)
    head = f'<th scope="col">{_text(block.columns[0])}</th><th scope="col">As a bar</th>{names}'
    figures = zip(*(values for _, values in block.figures), strict=True)
    rows = "".join(_bar(bar, each) for bar, each in zip(block.bars, figures, strict=True))
    return (
        f'<table class="bars"><caption>{_text(block.caption)}</caption>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}</tbody></table>\n"
    )


def _bar(bar: Bar, figures: tuple[float | None, ...]) -> str:
    drawn = (
        '<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="rail" width="100" height="10"/>'
        f'<rect class="fill" width="{100 * bar.value:.1f}" height="10"/></svg>'
    )
    cells = "".join(f'<td class="num">{"" if each is None else f"{each:.2f}"}</td>' for each in figures)
    return f'<tr><th scope="row" dir="auto">{_text(bar.name)}</th><td>{drawn}</td>{cells}</tr>\n'


def _cell(cell: Cell) -> str:
    if isinstance(cell, tuple):
        return "".join(f'<span class="line">{_inline(part)}</span>' for part in cell if part != "")
    return _inline(cell)


def _inline(part: Inline) -> str:
    match part:
        case Code(text):
            return f"<code>{_PARTED.sub('<wbr>', _text(text))}</code>"
        case Mark(text, tone):
            return f'<span class="mark {escape(tone)}">{_text(text)}</span>'
        case _ if re.fullmatch(r"\d{4}-\d\d-\d\d", part):
            return f'<span class="keep">{part}</span>'
        case _:
            return _text(part) if part.strip() else "—"


def _text(text: str) -> str:
    return escape(shown(text))


@cache
def _style() -> str:
    return (resources.files("threatlab") / "report" / "report.css").read_text(encoding="utf-8")
