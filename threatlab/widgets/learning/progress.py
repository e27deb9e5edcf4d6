"""The progress panel: how far the learner is in each notebook's exercises, with export and reset."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from threatlab.errors import ThreatLabError
from threatlab.exercises.progress import Standing, Store, store
from threatlab.widgets.base.parts import box, button
from threatlab.widgets.base.style import STYLE


class ProgressPanel:
    """A live panel on the learner's own progress. Nothing in it is sent anywhere.

    `refresh()`, `export(name)` and `reset()` do what its buttons do; a reset by the button asks once more.
    """

    def __init__(self, kept: Store | None = None) -> None:
        self._kept = kept or store()
        self._table, self._told = widgets.HTML(), widgets.HTML()
        self._name = widgets.Text(value="my-progress.json", description="File to export to")
        self._name.add_class("tl-field")
        self._sure = box(
            "tl-buttons",
            [
                button("Yes, begin anew", "Reset the progress of all notebooks", self.reset),
                button("No, keep it", "Keep the progress as it is", self._keep),
            ],
        )
        self._sure.layout.display = "none"
        refresh = button("Refresh", "Read the progress again, with what other notebooks have added", self.refresh)
        reset = button("Reset \u2026", "Begin anew; it asks before it does", self._ask)
        export = button("Export", "Write the progress to the file named beside", self._export)
        parts = [
            self._table,
            box("tl-buttons", [refresh, reset]),
            self._sure,
            box("tl-buttons", [self._name, export]),
            self._told,
        ]
        self.widget = box("tl", [widgets.HTML(STYLE), box("tl-progress", parts)])
        self.refresh()

    def refresh(self) -> None:
        """Read the progress again: other notebooks may have added to it."""
        self._table.value = table(self._kept.standings(), where(self._kept.path))
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
        self._table.value = table(self._kept.standings(), where(self._kept.path))
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


def where(path: Path | None) -> str:
    """Return where a progress is kept, in words; a file in the home folder is named from there."""
    if path is None:
        return "Kept until this kernel ends, and in no file. Nothing leaves this machine."
    inside = path.is_relative_to(Path.home())
    return f"Kept in {Path('~', path.relative_to(Path.home())) if inside else path}. Nothing leaves this machine."


def table(standings: tuple[Standing, ...], kept: str) -> str:
    """Return the standings as a table: a bar for what is done, and how often was tried and helped; below, what is kept.

    A lesson that is done has a sign for it, so that the bar's color is not all that tells.
    """
    names = ("Notebook", "Done", "Checks", "Hints and solutions")
    head = "".join(f'<th scope="col"{(name == "Done") * " colspan=2"}>{name}</th>' for name in names)
    done, questions = sum(s.done for s in standings), sum(s.questions for s in standings)
    return (
        f'<h3 class="tl-cap">Your exercises <i>\u2014 {done} of {questions} done</i></h3>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(map(_row, standings))}</tbody></table>"
        f'<p class="tl-sub">{escape(kept)}</p>'
    )


def _row(standing: Standing) -> str:
    share = standing.done / standing.questions if standing.questions else 0.0
    whole = " tl-whole" if share == 1.0 else ""
    return (
        f'<tr><th scope="row">{escape(standing.title)}</th>'
        f'<td><div class="tl-bar tl-plain{whole}"><i style="width:{share:.0%}"></i></div></td>'
        f'<td class="tl-num{whole}">{standing.done} of {standing.questions}</td>'
        f'<td class="tl-num">{standing.checks}</td><td class="tl-num">{standing.helped}</td></tr>'
    )
