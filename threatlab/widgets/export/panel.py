"""The export panel: what the report holds and what is missing from it, and a button that writes it in five formats."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from threatlab.errors import ThreatLabError, unknown_name
from threatlab.files import write_text
from threatlab.report import ThreatModel
from threatlab.widgets.base.parts import Changes, box, button
from threatlab.widgets.base.style import STYLE
from threatlab.widgets.export import view

_STEM = re.compile(r"[^\\/:*?\"<>|\x00-\x1f.][^\\/:*?\"<>|\x00-\x1f]*")
"""A name that every system takes for a file: no folder in it, and no dot in front, which would hide it."""

_LONGEST = 200
"""Bytes of a name: with its ending, less than any common file system allows."""


class ExportPanel:
    """A live panel that writes a threat model into files, and never over a file that says something else, unless asked.

    `set(kind=..., name=...)`, `export()`, `export(overwrite=True)`, `show(stride=True)` and `show(spoken=True)` do what
    its fields and buttons do; `update(model)` shows another state of the threat model.

    Parameters
    ----------
    model
        The threat model; half filled in, it is exported with what is missing named.
    folder
        Where the files go; it must be there.

    Raises
    ------
    ThreatLabError
        If `model` is no ThreatModel, or `folder` no folder.
    """

    def __init__(self, model: ThreatModel, folder: str | Path) -> None:
        self.state = view.ExportState(_model(model), _folder(folder))
        self._changes = Changes()
        self._build()
        self._show(self.state)

    @property
    def model(self) -> ThreatModel:
        """The threat model that is exported."""
        return self.state.model

    def update(self, model: ThreatModel) -> None:
        """Show another state of the threat model; what was written stays as it is."""
        self._show(replace(self.state, model=_model(model), written=None, standing="", problem=""))

    def set(self, *, kind: str | None = None, name: str | None = None) -> None:
        """Choose the format ("html", "markdown", "json", "sarif", "briefing") or the file's name, without its ending.

        Raises
        ------
        ThreatLabError
            If there is no such format, or the name can't be a file's.
        """
        chosen = self.state.kind if kind is None else kind
        if not isinstance(chosen, str) or chosen not in view.FORMATS:
            raise ThreatLabError(unknown_name("format", chosen, view.FORMATS))
        stem = self.state.stem if name is None else _stem(name)
        self._show(replace(self.state, kind=chosen, stem=stem, standing="", problem=""))

    def export(self, *, overwrite: bool = False) -> Path:
        """Write the file and return its path. One that is there and says the same is left alone.

        Raises
        ------
        ThreatLabError
            If one is there that says something else (unless it is to be replaced), or it can't be written.
        """
        path, text = self.state.folder / self.state.file, view.FORMATS[self.state.kind].write(self.model)
        data = text.encode("utf-8", "replace")
        standing = _standing(path)
        same = standing == data
        if standing is not None and not same and not overwrite:
            self._tell(standing=path.name)
            raise ThreatLabError(
                f"{path.name!r} is there already and says something else; export(overwrite=True), or give another name"
            )
        try:
            if not same:
                write_text(path, text)
        except ThreatLabError as problem:
            self._tell(problem=str(problem))
            raise
        self._tell(written=view.Written(path.name, len(data), self.state.kind), same=same)
        return path

    def show(self, *, stride: bool | None = None, spoken: bool | None = None) -> None:
        """Open or close the findings by STRIDE, and the briefing."""
        for fold, shown in ((self._stride_fold, stride), (self._spoken_fold, spoken)):
            if shown is not None:
                fold.value = shown

    def __repr__(self) -> str:
        missing = len(self.model.missing)
        return f"ExportPanel({self.model.system.name!r}): {len(view.parts(self.model))} parts in, {missing} missing"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        live = self.widget._repr_mimebundle_()
        return {**live, "text/plain": repr(self), "text/html": view.static_picture(self.state)}

    # The binding: widgets are made once; after each change only what differs is sent.

    def _build(self) -> None:
        options = [(each.title, name) for name, each in view.FORMATS.items()]
        self._kind = widgets.Dropdown(options=options, description="Format")
        self._name = widgets.Text(description="File name, without its ending", continuous_update=False)
        for field in (self._kind, self._name):
            field.add_class("tl-field")
        self._changes.by_learner(self._kind, lambda kind: self._try(lambda: self.set(kind=kind)))
        self._changes.by_learner(self._name, lambda name: self._try(lambda: self.set(name=name)))
        self._export = button("Export", "Write the report into the folder", lambda: self._try(self.export))
        self._replace = button(
            "Replace it", "Write over the file that is there", lambda: self._try(lambda: self.export(overwrite=True))
        )
        self._contents, self._outcome = widgets.HTML(), widgets.HTML()
        self._stride, self._spoken = widgets.HTML(), widgets.HTML()
        self._stride_fold = self._fold("The same findings by STRIDE", self._stride)
        self._spoken_fold = self._fold("The briefing, five minutes to read aloud", self._spoken)
        fields = box("tl-fields", [self._kind, self._name])
        act = box("tl-ex-act", [box("tl-buttons", [self._export, self._replace]), self._outcome])
        sections = [
            box("tl-section", [fold, folded])
            for fold, folded in ((self._stride_fold, self._stride), (self._spoken_fold, self._spoken))
        ]
        self.widget = box("tl", [widgets.HTML(STYLE), fields, box("tl-export", [self._contents, act, *sections])])

    def _fold(self, title: str, folded: widgets.HTML) -> widgets.ToggleButton:
        made = widgets.ToggleButton(value=False, description=title)
        made.add_class("tl-fold")
        made.observe(lambda _: self._show(self.state), "value")
        folded.layout.display = "none"
        return made

    def _try(self, action: Callable[[], object]) -> None:
        with self._changes.turn():
            before = self.state
            try:
                action()
            except ThreatLabError as problem:
                if self.state is before:  # export() has said it already
                    self._tell(problem=str(problem))

    def _tell(self, **told: Any) -> None:
        fresh = {"written": None, "same": False, "standing": "", "problem": ""}
        self._show(replace(self.state, **{**fresh, **told}))

    def _show(self, state: view.ExportState) -> None:
        contents, outcome = view.contents(state), view.outcome(state)  # fail, if they do, before anything is changed
        with self._changes.ours():
            self.state = state
            self._kind.value = state.kind
            if not state.problem:  # what was typed stays to be mended
                self._name.value = state.stem
            self._contents.value, self._outcome.value = contents, outcome
            self._replace.layout.display = "" if state.standing else "none"
            for fold, folded, made in (
                (self._stride_fold, self._stride, view.stride_table),
                (self._spoken_fold, self._spoken, view.briefing_page),
            ):
                folded.layout.display = "" if fold.value else "none"
                folded.value = made(state.model) if fold.value else ""


def _model(model: object) -> ThreatModel:
    if not isinstance(model, ThreatModel):
        raise ThreatLabError(f"an export is of a ThreatModel, not {model!r}; ThreatModel(system) begins one")
    return model


def _folder(folder: object) -> Path:
    if not isinstance(folder, str | Path) or not str(folder).strip():
        raise ThreatLabError(f"{folder!r} is no folder to export into; give its name, such as 'reports'")
    path = Path(folder)
    try:
        there = path.is_dir()
    except (OSError, ValueError):  # a NUL in it, or a name that is too long
        there = False
    if not there:
        raise ThreatLabError(f"there is no folder {str(folder)!r} to export into; make it first")
    return path


def _standing(path: Path) -> bytes | None:
    """Return what is in the file, or None if there is none; of what can't be read, nothing: it is not written over."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError:
        return b""


def _stem(name: object) -> str:
    if not isinstance(name, str) or not name.strip():
        raise ThreatLabError(f"the file's name is {name!r}; give one, such as 'threat-model'")
    stem = name.strip()
    if not _STEM.fullmatch(stem) or not stem.isprintable():
        raise ThreatLabError(
            f"the file's name is {name!r}; give one without a folder, a dot in front or any of \\/:*?\"<>|"
        )
    if (size := len(stem.encode())) > _LONGEST:
        raise ThreatLabError(f"the file's name has {size} bytes; {_LONGEST} are the most: give a shorter one")
    return stem
