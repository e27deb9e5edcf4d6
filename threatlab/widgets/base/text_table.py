"""A table of sentences: aligned to the left, since JupyterLab sets every table as if it held numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from threatlab.widgets.base.html import LEFT, Shown

if TYPE_CHECKING:
    import pandas as pd

_DATE = re.compile(r"<(td|th)>((?:\d{4}-\d\d-\d\d|(?:\w{3} )?\d\d \w{3}(?: \d{4})?)<)")
_WORDS_IN_CODE = re.compile(r"(?<=[a-z])_(?=[a-z])")


def text_table(frame: pd.DataFrame) -> Shown:
    """Return a table to look at, of any shape; its texts are shown whole, and nothing in them is taken for HTML.

    The name of the rows stands in the one line of heads; a date is never broken, and a name in code only between words.
    """
    import pandas as pd

    heads = frame.copy()
    if frame.index.name and frame.columns.nlevels == 1:
        heads.columns.name, heads.index.name = frame.index.name, None
    with pd.option_context("display.max_colwidth", None):
        html = heads.to_html(border=0, justify="left")
    html = _DATE.sub(rf'<\1 style="{LEFT};white-space:nowrap">\2', html)
    html = _WORDS_IN_CODE.sub("_<wbr>", html)
    for cell in ("td", "th"):
        html = html.replace(f"<{cell}>", f'<{cell} style="{LEFT}">')
    return Shown(html, repr(frame))
