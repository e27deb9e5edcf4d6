"""A table of sentences: whole, to the left, and nothing in it is HTML."""

import re

import pandas as pd
import pytest

from threatlab.widgets import text_table

SENTENCE = "Somebody said <b>yes</b> & nobody wrote down why, which is how it always begins in stories of this kind."


def test_every_cell_is_aligned_to_the_left_and_nothing_in_it_is_html():
    html = text_table(pd.DataFrame({"lesson": [SENTENCE, "short"], "owner": ["me", "you"]}))._repr_html_()
    for cell in ("td", "th"):
        cells = re.findall(f"<{cell}[ >][^>]*", html)
        assert cells
        assert all("text-align:left" in each for each in cells)
    assert "Somebody said &lt;b&gt;yes&lt;/b&gt; &amp; nobody wrote down why" in html


def test_in_words_it_says_what_the_frame_says():
    frame = pd.DataFrame({"a": [1]})
    assert repr(text_table(frame)) == repr(frame)


def test_the_name_of_the_rows_stands_in_the_one_line_of_heads():
    frame = pd.DataFrame({"what": ["scan"]}, index=pd.Index([1], name="step"))
    html = text_table(frame)._repr_html_()
    assert html.partition("</thead>")[0].count("<tr") == 1
    assert re.findall("<th[^>]*>(.*?)</th>", html) == ["step", "what", "1"]


@pytest.mark.parametrize("day", ["2026-12-01", "01 Dec 2026", "Tue 01 Dec 2026", "01 Dec"])
def test_a_date_is_never_broken(day):
    html = text_table(pd.DataFrame({"due": [day], "what": [f"since {day}"]}))._repr_html_()
    assert [cell.endswith(day) for cell in re.findall("nowrap[^<]*", html)] == [True]


def test_a_name_in_code_may_be_broken_between_its_words():
    html = text_table(pd.DataFrame({"days": [8]}, index=["training_environment_isolated"]))._repr_html_()
    assert "training_<wbr>environment_<wbr>isolated" in html
