"""What a function returns to be looked at: HTML for a notebook, and the same in words."""

from __future__ import annotations


class Shown:
    """Something to look at: HTML for a notebook, and the same in words."""

    def __init__(self, html: str, words: str) -> None:
        self._html, self._words = html, words

    def __repr__(self) -> str:
        return self._words

    def _repr_html_(self) -> str:
        return self._html
