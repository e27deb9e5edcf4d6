"""What a check can come to: four outcomes, each with its words, and how a notebook shows them."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

CORRECT, NOT_YET, NOT_ATTEMPTED, RAISED = "correct", "not yet", "not attempted", "your code raised"
OUTCOMES = (CORRECT, NOT_YET, NOT_ATTEMPTED, RAISED)

_LOOK = {
    CORRECT: ("\u2713 Correct", "#0f6d3c"),
    NOT_YET: ("\u2260 Not yet", "#9a3412"),
    NOT_ATTEMPTED: ("\u2026 Not attempted", "#57606a"),
    RAISED: ("\u26a0 Your code raised an exception", "#9a3412"),
}
"""Sign and words, and a color that reads on white and, as a border, on dark."""


class NotYet(Exception):  # noqa: N818  # it is a verdict, not an error
    """Raised by a judge: the answer is not right; the message says why, and what to think about."""


class NotAttempted(Exception):  # noqa: N818  # likewise
    """Raised by a judge: what was to be filled in is still blank."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A short text for the notebook: a heading, paragraphs, and code if there is some."""

    heading: str
    paragraphs: tuple[str, ...]
    code: str = ""
    color: str = "#57606a"

    def __repr__(self) -> str:
        return "\n".join(part for part in (self.heading, *self.paragraphs, self.code) if part)

    def _repr_html_(self) -> str:
        told = "".join(f'<p style="margin:4px 0">{escape(text)}</p>' for text in self.paragraphs)
        code = f'<pre style="margin:6px 0;white-space:pre-wrap">{escape(self.code)}</pre>' if self.code else ""
        return (
            f'<div style="max-width:760px;padding:6px 14px;border-left:5px solid {self.color}">'
            f"<b>{escape(self.heading)}</b>{told}{code}</div>"
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What checking one answer came to: `kind` is one of `OUTCOMES`, `message` says why in the learner's terms.

    `code` is the learner's line that raised an exception, `printed` what the answer printed while it was checked, and
    `progress` a line on how far the learner is.
    """

    question: str
    kind: str
    message: str
    code: str = ""
    printed: str = ""
    progress: str = ""

    def __bool__(self) -> bool:
        return self.kind == CORRECT

    @property
    def shown(self) -> Shown:
        """The outcome as a text for the notebook."""
        words, color = _LOOK[self.kind]
        printed = f"It printed: {self.printed}" if self.printed else ""
        paragraphs = tuple(text for text in (self.message, printed, self.progress) if text)
        return Shown(f"{words} ({self.question})", paragraphs, self.code, color)

    def __repr__(self) -> str:
        return repr(self.shown)

    def _repr_html_(self) -> str:
        return self.shown._repr_html_()
