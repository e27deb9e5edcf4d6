"""The progress panel: how far the learner is in each notebook's exercises, with export and reset."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from threatlab.checks import check_text
from threatlab.exercises import sharing
from threatlab.exercises.progress import Standing, Store, store
from threatlab.widgets.base.html import (
    Html,
    bar,
    button,
    caption,
    field,
    fold,
    form,
    markup,
    number,
    saved,
    saved_table,
    table,
    tag,
)
from threatlab.widgets.base.panel import Panel, action

_SHARES = (
    "If you share, whoever teaches sees which questions you have right, which of the usual mistakes in the course's "
    "own list you made, what you predicted, and when you last answered. Nothing that you type and no code is sent, the "
    "wall shows no names, and you can stop at any time. (Whoever runs the machines can see whose file it is, named or "
    "not.)"
)


@dataclass(frozen=True)
class ProgressState:
    """How far the learner is in each notebook, whether a reset is being asked about, and what was done last.

    `shared` is all that a class has of it, "" if the learner shares nothing, and None where there is no class.
    """

    standings: tuple[Standing, ...]
    asking: bool = False
    message: str = ""
    shared: str | None = None


class ProgressPanel(Panel[ProgressState]):
    """A live panel on the learner's own progress. Nothing of it leaves the machine without a tick.

    `refresh()`, `export(name)` and `reset()` do what its buttons do; a reset by the button asks once more. Where a
    class has a folder, `share(name)` agrees to share with it, and `stop_sharing()` takes that back.
    """

    def __init__(self, kept: Store | None = None) -> None:
        self._kept = kept or store()
        super().__init__(self._now())

    @action
    def refresh(self) -> None:
        """Read the progress again: other notebooks may have added to it."""
        self.show(self._now())

    @action
    def export(self, name: str) -> None:
        """Write the progress as JSON to a file of that name.

        Raises
        ------
        ThreatLabError
            If there is a file of that name already, or it can't be written.
        """
        file = self._kept.export(check_text("the file's name", name))
        beside = ", beside this notebook" if file.parent == Path() else ""
        self.show(replace(self.state, message=f"Written to {file}{beside}."))

    @action
    def ask(self) -> None:
        """Ask whether to begin anew."""
        self.show(replace(self.state, asking=True, message=""))

    @action
    def reset(self) -> None:
        """Begin anew."""
        self._kept.reset()
        self.show(self._now("The progress begins anew."))

    @action
    def share(self, name: str = "") -> None:
        """Share with the class from now on, under a name or under none.

        Raises
        ------
        ThreatLabError
            If there is no class, its folder can't be written, or the name is too long.
        """
        sharing.share(self._kept, name)
        self.show(self._now("You share with the class now."))

    @action
    def stop_sharing(self) -> None:
        """Share nothing from now on, and take back what was shared."""
        sharing.stop_sharing()
        self.show(self._now("You share nothing any more, and your file in the class's folder is deleted."))

    def _now(self, message: str = "") -> ProgressState:
        shared = None
        if sharing.class_folder():
            agreed = sharing.consent()
            shared = sharing.handed_in(self._kept.entries(), agreed) if sharing.is_shared() else ""
        return ProgressState(self._kept.standings(), message=message, shared=shared)

    def draw(self, state: ProgressState) -> Html:
        """Return the table, and what can be done with it."""
        buttons = [
            button("Refresh", "refresh", hint="Read the progress again, with what other notebooks have added"),
            button("Reset \u2026", "ask", hint="Begin anew; it asks before it does"),
        ]
        if state.asking:
            buttons = [
                tag("span", "Reset the progress of all notebooks?", role="status"),
                button("Yes, begin anew", "reset"),
                button("No, keep it", "refresh"),
            ]
        file = form("export", field("File to export to", "name", "my-progress.json"), submit="Export")
        message = tag("p.tl-sub", state.message, role="status")
        return tag(
            "div.tl-learning.tl-progress",
            standings_table(state.standings, place(self._kept.path, shared=bool(state.shared))),
            tag("div.tl-buttons", *buttons),
            file,
            _with_the_class(state.shared) if state.shared is not None else None,
            message,
        )

    def picture(self) -> Html:
        """Return the standings for a saved notebook."""
        rows = ((each.title, f"{each.done} of {each.questions}") for each in self.state.standings)
        return saved("Exercises done", saved_table((), rows))

    def __repr__(self) -> str:
        done, questions = _totals(self._kept.standings())
        return f"ProgressPanel: {done} of {questions} exercises done"


def place(path: Path | None, *, shared: bool = False) -> str:
    """Return where a progress is kept, in words; a file in the home folder is named from there."""
    leaves = "What you share with the class stands below." if shared else "Nothing leaves this machine."
    if path is None:
        return f"Kept until this kernel ends, and in no file. {leaves}"
    with suppress(RuntimeError, ValueError):  # who is at home nowhere, and a file that lies elsewhere
        path = Path("~", path.relative_to(Path.home()))
    return f"Kept in {path}. {leaves}"


def _with_the_class(shared: str) -> Html:
    """Return the tick, or what is shared and how to stop: all of it, to the letter."""
    if shared:
        return tag(
            "div.tl-class-share",
            caption("Your class", "you share with it"),
            fold("All that is shared, to the letter", tag("pre", shared, tabindex=0, aria_label="All that is shared")),
            button("Stop, and delete what I shared", "stop_sharing"),
        )
    return tag(
        "div.tl-class-share",
        caption("Your class", "you share nothing with it"),
        tag("p", _SHARES),
        form("share", field(f"Name, if you want one ({sharing.LONGEST_NAME} characters)", "name"), submit="Share"),
    )


def standings_table(standings: tuple[Standing, ...], kept: str) -> Html:
    """Return the standings as a table: a bar for what is done, how often was tried and helped; below, what is kept."""
    done, questions = _totals(standings)
    heads = ("Notebook", tag("th", "Done", scope="col", colspan=2), "Checks", "Hints and solutions")
    return markup(
        caption("Your exercises", f"{done} of {questions} done"),
        table(heads, map(_row, standings), row_heads=True),
        tag("p.tl-sub", kept),
    )


def _row(standing: Standing) -> tuple[object, ...]:
    """Return a lesson's row; its title leads to the exercises where they lie beside the notebook, as in a copy."""
    beside = sorted(Path.cwd().glob(f"{standing.title[:2]}-*-exercises.ipynb"))
    title = tag("a", standing.title, href=quote(beside[0].name), target="_blank") if beside else standing.title
    share = standing.done / standing.questions if standing.questions else 0.0
    whole = share == 1.0  # it has a sign, so that the bar's color is not all that tells
    return (
        title,
        bar(share, "tl-whole" if whole else ""),
        tag("td.tl-num", f"{standing.done} of {standing.questions}", class_="tl-whole" if whole else None),
        number(standing.checks),
        number(standing.helped),
    )


def _totals(standings: tuple[Standing, ...]) -> tuple[int, int]:
    return sum(each.done for each in standings), sum(each.questions for each in standings)
