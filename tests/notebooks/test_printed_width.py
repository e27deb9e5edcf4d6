"""What a lesson prints fits the window of a small laptop, beside the file list: no line breaks within a word."""

from __future__ import annotations

import nbformat
import pytest

from tests.notebooks.tracked import tracked

WIDEST = 78
"""Characters of a line that a window of 1280 px shows with the file list open."""

KEEPS = ("00", "03", "04", "05", "06", "07")
"""Lessons whose every line fits; the others print some that break."""

LESSONS = [file for file in tracked("notebooks") if file.name[:2] in KEEPS]


@pytest.mark.parametrize("file", LESSONS, ids=lambda file: file.stem)
def test_no_printed_line_is_wider_than_its_window(file):
    printed = {
        (cell.id, line)
        for cell in nbformat.read(file, as_version=4).cells
        for output in cell.get("outputs", ())
        if output.output_type == "stream"
        for line in output.text.splitlines()
    }
    assert printed
    assert {(cell, line) for cell, line in printed if len(line) > WIDEST} == set()
