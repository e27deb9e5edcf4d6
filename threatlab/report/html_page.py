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
    Heading,
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
"""A table with more columns than this is shown row by row where the page is narrow, but not one of figures."""

_TITLE = 70
"""Characters of a title at the foot of a sheet."""

_BRIEF = 22
"""A line of a cell that is no longer than this isn't broken on paper."""

_FEW = 4
"""A table with at most so many rows is kept on one sheet of paper."""

_PARTED = re.compile("(?<=_)")
"""Where an id may go on in the next line."""

_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")

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
        made = page(models[0])
        title, foot, body = made.title, f"{made.title[:_TITLE]}, {made.edition}", "".join(_page(made, 1, "p1"))
    else:
        title = foot = f"{len(models)} systems"
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
        f"<title>Threat model: {_text(title)}</title>\n<style>\n{_style()}{_foot(foot)}</style>\n</head>\n"
        f"<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def _foot(text: str) -> str:
    """Return the rule that writes a text at the foot of each sheet; nothing in it can end the rule."""
    safe = "".join(char if re.match("[A-Za-z0-9 ]", char) else f"\\{ord(char):x} " for char in shown(text))
    return f'@page {{ @bottom-left {{ content: "{safe}"; font: 8pt system-ui, sans-serif; color: #57606a; }} }}\n'


def _page(made: Page, level: int, anchor: str) -> Iterator[str]:
    yield f'<h{level} dir="auto">Threat model: {_text(made.title)}</h{level}>\n'
    yield f'<p class="by" dir="auto">{_text(made.byline)}</p>\n'
    if level == 1:
        links = "".join(f'<li><a href="#{anchor}-{n}">{_text(s.title)}</a></li>' for n, s in enumerate(made.sections))
        yield f'<nav aria-label="Sections"><ul>{links}</ul></nav>\n'
    for number, section in enumerate(made.sections):
        kind = ' class="appendix"' if section.appendix else ""
        yield f'<section id="{anchor}-{number}"{kind}>\n{_section(section, level + 1)}</section>\n'


def _section(section: Section, level: int) -> str:
    return f"<h{level}>{_text(section.title)}</h{level}>\n" + "".join(_block(block, level) for block in section.blocks)


def _block(block: Block, level: int) -> str:  # noqa: PLR0911  # one of each kind of block
    match block:
        case Text(text):
            parts = [part for part in re.split(r"\n\s*\n", text) if part.strip()]
            return "".join(f'<p dir="auto">{_kept(part)}</p>\n' for part in parts)
        case Heading(text):
            return f'<h{level + 1} dir="auto">{_text(text)}</h{level + 1}>\n'
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
            where = f" Notebook {_text(notebook)} shows how." if notebook else ""
            return f'<p class="gap"><strong>Missing: {_text(what)}.</strong>{where}</p>\n'


def _table(table: Table) -> str:
    if not table.rows:
        return f"<p><strong>{_text(table.caption)}:</strong> none.</p>\n"
    head = "".join(f'<th scope="col"{_class(table, n, "")}>{_text(name)}</th>' for n, name in enumerate(table.columns))
    body = "".join(_group(table, *group) for group in table.grouped)
    names = [
        *(["wide"] if len(table.columns) > _MANY > len(table.numbers) + 1 else []),
        *(["short"] if len(table.rows) <= _FEW else []),
    ]
    classes = f' class="{" ".join(names)}"' if names else ""
    return (
        f"<table{classes}><caption>{_text(table.caption)}</caption>\n<thead><tr>{head}</tr></thead>\n{body}</table>\n"
    )


def _group(table: Table, name: str, rows: tuple[tuple[Cell, ...], ...]) -> str:
    wide = len(table.columns)
    title = (
        f'<tr class="group"><th scope="rowgroup" colspan="{wide}" dir="auto">{_text(name)}</th></tr>\n' if name else ""
    )
    return f"<tbody>\n{title}" + "".join(f"<tr>{''.join(_cells(table, row))}</tr>\n" for row in rows) + "</tbody>\n"


def _cells(table: Table, row: tuple[Cell, ...]) -> Iterator[str]:
    yield f'<th scope="row" dir="auto"{_class(table, 0, row[0])}>{_cell(row[0])}</th>'
    for number, cell in enumerate(row[1:], start=1):
        of = escape(table.columns[number])
        yield f'<td data-of="{of}" dir="auto"{_class(table, number, cell)}>{_cell(cell)}</td>'


def _class(table: Table, column: int, cell: Cell) -> str:
    """Return the classes of a cell: of figures, and of words so long that they may be broken anywhere."""
    parts = cell if isinstance(cell, tuple) else (cell,)
    words = [word for part in parts for word in re.split(r"[\s_]+", part if isinstance(part, str) else part.text)]
    names = [
        *(["num"] if column in table.numbers else []),
        *(["long"] if max(map(len, words), default=0) > _LONG else []),
    ]
    return f' class="{" ".join(names)}"' if names else ""


def _bars(block: Bars) -> str:
    names = (block.columns[1], "Between") if block.ranged else (block.columns[1],)
    head = f'<th scope="col">{_text(block.columns[0])}</th><th scope="col">As a bar</th>'
    head += "".join(f'<th scope="col" class="num">{_text(name)}</th>' for name in names)
    rows = "".join(_bar(bar, ranged=block.ranged) for bar in block.bars)
    return (
        f'<table class="bars"><caption>{_text(block.caption)}</caption>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}</tbody></table>\n"
    )


def _bar(bar: Bar, *, ranged: bool) -> str:
    low, high = bar.between or (0.0, 0.0)
    span = f'<rect class="span" x="{100 * low:.1f}" y="4" width="{100 * (high - low):.1f}" height="2"/>'
    drawn = (
        '<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="rail" width="100" height="10"/>'
        f'<rect class="fill" width="{100 * bar.value:.1f}" height="10"/>{span if bar.between else ""}</svg>'
    )
    figures = [f"{bar.value:.2f}", *([f"{low:.2f} to {high:.2f}" if bar.between else ""] if ranged else [])]
    cells = "".join(f'<td class="num">{each}</td>' for each in figures)
    return f'<tr><th scope="row" dir="auto">{_text(bar.name)}</th><td>{drawn}</td>{cells}</tr>\n'


def _cell(cell: Cell) -> str:
    if isinstance(cell, tuple):
        return "".join(f'<span class="line{_brief(part)}">{_inline(part)}</span>' for part in cell if part != "") or "—"
    return _inline(cell)


def _brief(part: Inline) -> str:
    return " brief" if isinstance(part, str) and len(part) <= _BRIEF else ""


def _inline(part: Inline) -> str:
    match part:
        case Code(text):
            return f"<code>{_PARTED.sub('<wbr>', _text(text))}</code>"
        case Mark(text, tone):
            return f'<span class="mark {escape(tone)}">{_text(text)}</span>'
        case _:
            return _kept(part) if part.strip() else "—"


def _kept(text: str) -> str:
    """Return a text in which no date is broken."""
    return _DATE.sub(r'<span class="keep">\g<0></span>', _text(text))


def _text(text: str) -> str:
    return escape(shown(text))


@cache
def _style() -> str:
    return (resources.files("threatlab") / "report" / "report.css").read_text(encoding="utf-8")
