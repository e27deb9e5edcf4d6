"""A Markdown page as one HTML file: readable on a phone without network, and on paper."""

from __future__ import annotations

import re
from pathlib import Path

import mistune

from scripts.workshop.lessons import ROOT

FOLDER = (ROOT / "workshop").resolve()

STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8882; }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 0 auto; padding: 1rem; }
body { overflow-wrap: break-word; }
h1 { font-size: 1.5rem; line-height: 1.25; } h2 { font-size: 1.2rem; margin-top: 2rem; }
h3 { font-size: 1rem; margin: 1.4rem 0 .2rem; border-top: 2px solid var(--line); padding-top: .5rem; }
ul { padding-left: 1.1rem; margin: .3rem 0; } li { margin: .2rem 0; }
code { font-size: .88em; background: var(--soft); border-radius: 3px; padding: .05em .25em; }
pre { overflow-x: auto; background: var(--soft); padding: .6rem; border-radius: 4px; line-height: 1.35; }
pre code { background: none; padding: 0; }
.table { overflow-x: auto; } table { border-collapse: collapse; font-size: .92em; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .5rem; text-align: left; vertical-align: top; }
@media print {
  @page { size: A4; margin: 12mm; }
  body { font-size: 9pt; line-height: 1.3; max-width: none; padding: 0; }
  body.sheet { columns: 2; column-gap: 8mm; font-size: 8pt; line-height: 1.25; }
  h1 { font-size: 14pt; } h2 { font-size: 11pt; margin-top: 3mm; } h3 { font-size: 9.5pt; margin-top: 2mm; }
  h1, h2, h3 { break-after: avoid; } li, tr { break-inside: avoid; }
  a { color: inherit; text-decoration: none; } .table { overflow: visible; }
}
"""

_LINK = re.compile(r'<a href="(?!\w+:)([^"]*)">(.*?)</a>')
_MARKDOWN = mistune.create_markdown(plugins=["table"])


def printed(file: Path) -> str:
    """Return a page of Markdown as HTML that needs no other file; of its links, those to other pages stay."""

    def kept(link: re.Match[str]) -> str:
        is_page = link[1].endswith(".md") and (file.parent / link[1]).resolve().is_relative_to(FOLDER)
        return f'<a href="{link[1].removesuffix(".md")}.html">{link[2]}</a>' if is_page else link[2]

    body = _LINK.sub(kept, str(_MARKDOWN(file.read_text(encoding="utf-8"))))
    body = body.replace("<table>", '<div class="table"><table>').replace("</table>", "</table></div>")
    title = re.sub(r"<[^>]+>", "", body[: body.index("</h1>")]).strip()
    kind = "sheet" if title.startswith("Run sheet") else "page"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    head = f"<head>{head}<style>{STYLE}</style></head>"
    return f'<!doctype html>\n<html lang="en">{head}\n<body class="{kind}">{body}</body></html>\n'
