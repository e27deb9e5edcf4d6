"""What a check can come to: each outcome with its words, and how a notebook shows them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

CORRECT, NOT_YET, NOT_ATTEMPTED, RAISED = "correct", "not yet", "not attempted", "your code raised"
BROKEN = "the question is broken"
OUTCOMES = (CORRECT, NOT_YET, NOT_ATTEMPTED, RAISED, BROKEN)

GRAY = "110,119,129"
_LOOK = {
    CORRECT: ("\u2713 Correct", "46,139,87"),
    NOT_YET: ("\u2260 Not yet", "194,65,12"),
    NOT_ATTEMPTED: ("\u2026 Not attempted", GRAY),
    RAISED: ("\u26a0 Your code raised an exception", "194,65,12"),
    BROKEN: ("\u26a0 Can't be judged", GRAY),
}
"""Sign and words, and a color (red, green, blue) whose border is seen on white and on black: at least 3.5 to 1."""

_CODE = re.compile("`([^`]+)`")


class NotYet(Exception):  # noqa: N818  # it is a verdict, not an error
    """Raised by a judge: the answer is not right; the message says why, and what to think about.

    `met` is the id of the misconception behind it, one of its question's `claims`; "" where it is none of them.
    """

    def __init__(self, message: str, met: str = "") -> None:
        super().__init__(message)
        self.met = met


class NotAttempted(Exception):  # noqa: N818  # likewise
    """Raised by a judge: what was to be filled in is still blank."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A short text for the notebook: a heading, paragraphs, code if there is some, and what comes last, in small.

    It stands `below` another one where a cell has both to show.
    """

    heading: str
    paragraphs: tuple[str, ...]
    code: str = ""
    small: tuple[str, ...] = ()
    color: str = GRAY
    below: Shown | None = None

    def __repr__(self) -> str:
        above = f"{self.below}\n" if self.below else ""
        return "\n".join(part for part in (above, self.heading, *self.paragraphs, self.code, *self.small) if part)

    def _repr_html_(self) -> str:
        """Return the text with all of its style inline: where a notebook isn't trusted, nothing else is left."""
        body = "".join(f'<p style="margin:4px 0">{_marked(text)}</p>' for text in self.paragraphs)
        style = "margin:6px 0;padding:6px 10px;white-space:pre-wrap"
        code = f'<pre style="{style}">{escape(self.code)}</pre>' if self.code else ""
        small = "".join(f'<p style="margin:4px 0;font-size:0.9em">{_marked(text)}</p>' for text in self.small)
        above = f'{self.below._repr_html_()}<div style="height:8px"></div>' if self.below else ""
        return (
            f'{above}<div style="max-width:760px;padding:8px 16px;border-left:5px solid rgb({self.color});'
            f'background-color:rgba({self.color},0.08)">'
            f'<b style="font-size:1.1em">{escape(self.heading)}</b>{body}{code}{small}</div>'
        )


def _marked(text: str) -> str:
    """Return a text as HTML, with what stands between backticks as code."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What checking one answer came to: `kind` is one of `OUTCOMES`, `message` says why in the learner's terms.

    `code` is the learner's line that raised an exception, `printed` what the answer printed while it was checked,
    `progress` a line on how far the learner is, and `stuck` one that offers help.
    """

    question: str
    kind: str
    message: str
    code: str = ""
    printed: str = ""
    progress: str = ""
    stuck: str = ""

    def __bool__(self) -> bool:
        return self.kind == CORRECT

    @property
    def shown(self) -> Shown:
        """The outcome as a text for the notebook."""
        words, color = _LOOK[self.kind]
        printed = f"It printed: {self.printed}" if self.printed else ""
        small = tuple(text for text in (printed, self.stuck, self.progress) if text)
        return Shown(f"{words} ({self.question})", (self.message,), self.code, small, color)

    def __repr__(self) -> str:
        return repr(self.shown)

    def _repr_html_(self) -> str:
        return self.shown._repr_html_()
