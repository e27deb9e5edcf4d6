"""A table of sentences: aligned to the left, since JupyterLab sets every table as if it held numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from threatlab.widgets.base.shown import Shown

if TYPE_CHECKING:
    import pandas as pd


def text_table(frame: pd.DataFrame) -> Shown:
    """Return a table to look at, of any shape; its texts are shown whole, and nothing in them is taken for HTML."""
    import pandas as pd

    with pd.option_context("display.max_colwidth", None):
        html = frame.to_html(border=0, justify="left")
    for cell in ("td", "th"):
        html = html.replace(f"<{cell}>", f'<{cell} style="text-align:left;vertical-align:top">')
    return Shown(html, repr(frame))
