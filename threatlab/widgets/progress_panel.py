"""The progress panel: how far the learner is in each notebook's exercises, with export and reset."""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets as widgets

from threatlab.errors import ThreatLabError
from threatlab.exercises.progress import Standing, Store, store
from threatlab.widgets.parts import box, button
from threatlab.widgets.style import STYLE


class ProgressPanel:
    """A live panel on the learner's own progress. Nothing in it is sent anywhere.

    `refresh()`, `export(name)` and `reset()` do what its buttons do; a reset by the button asks once more.
    """

    def __init__(self, kept: Store | None = None) -> None:
        self._kept = kept or store()
        self._table, self._told = widgets.HTML(), widgets.HTML()
        self._name = widgets.Text(value="my-progress.json", description="File")
        self._name.add_class("tl-field")
        self._sure = box(
            "tl-buttons",
            [
                button("Yes, begin anew", "Reset the progress of all notebooks", self.reset),
                button("No, keep it", "Keep the progress as it is", self._keep),
            ],
        )
        self._sure.layout.display = "none"
        buttons = box(
            "tl-buttons",
            [
                button("Refresh", "Read the progress again, with what other notebooks have added", self.refresh),
                button("Export", "Write the progress to the file named beside", self._export),
                button("Reset \u2026", "Begin anew; it asks before it does", self._ask),
            ],
        )
        self.widget = box(
            "tl", [widgets.HTML(STYLE), box("tl-progress", [self._table, self._name, buttons, self._sure, self._told])]
        )
        self.refresh()

    def refresh(self) -> None:
        """Read the progress again: other notebooks may have added to it."""
        self._table.value = table(self._kept.standings())
        self._say("")

    def export(self, name: str) -> None:
        """Write the progress as JSON to a file of that name.

        Raises
        ------
        ThreatLabError
            If there is a file of that name already, or it can't be written.
        """
        file = self._kept.export(name)
        self._say(f"Written to {file.name}.")

    def reset(self) -> None:
        """Begin anew."""
        self._kept.reset()
        self._sure.layout.display = "none"
        self._table.value = table(self._kept.standings())
        self._say("The progress begins anew.")

    def __repr__(self) -> str:
        standings = self._kept.standings()
        done, questions = sum(s.done for s in standings), sum(s.questions for s in standings)
        return f"ProgressPanel: {done} of {questions} exercises done"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        live = self.widget._repr_mimebundle_()
        rows = "".join(
            f"<tr><td style='text-align:left'>{escape(s.title)}</td><td>{s.done} of {s.questions}</td></tr>"
            for s in self._kept.standings()
        )
        return {**live, "text/plain": repr(self), "text/html": f"<b>Exercises done</b><table>{rows}</table>"}

    def _export(self) -> None:
        try:
            self.export(self._name.value)
        except ThreatLabError as problem:
            self._say(str(problem))

    def _ask(self) -> None:
        self._sure.layout.display = ""
        self._say("Reset the progress of all notebooks?")

    def _keep(self) -> None:
        self._sure.layout.display = "none"
        self._say("")

    def _say(self, text: str) -> None:
        self._told.value = f'<p class="tl-sub" role="status" aria-live="polite">{escape(text)}</p>' if text else ""


def table(standings: tuple[Standing, ...]) -> str:
    """Return the standings as a table: a bar for what is done, and how often was tried and helped."""
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Notebook", "Done", "", "Checks", "Hints and solutions"))
    rows = "".join(map(_row, standings))
    return (
        '<h3 class="tl-cap">Your exercises <i>\u2014 kept on this machine alone</i></h3>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(standing: Standing) -> str:
    share = standing.done / standing.questions if standing.questions else 0.0
    return (
        f'<tr><th scope="row">{escape(standing.title)}</th>'
        f'<td><div class="tl-bar tl-plain"><i style="width:{share:.0%}"></i></div></td>'
        f'<td class="tl-num">{standing.done} of {standing.questions}</td>'
        f'<td class="tl-num">{standing.checks}</td><td class="tl-num">{standing.helped}</td></tr>'
    )
