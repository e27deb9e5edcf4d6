"""The export panel: what the report holds and what is missing from it, and a button that writes it in each format."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from threatlab.checks import check_choice, check_text
from threatlab.errors import ThreatLabError
from threatlab.files import write_text
from threatlab.report import ThreatModel
from threatlab.report.model import check_model
from threatlab.widgets.base.html import Shown
from threatlab.widgets.base.panel import Panel, action
from threatlab.widgets.export import view
from threatlab.widgets.export.folder import work_folder

_STEM = re.compile(r"[^\\/:*?\"<>|\x00-\x1f.][^\\/:*?\"<>|\x00-\x1f]*")
"""A name that every system takes for a file: no folder in it, and no dot in front, which would hide it."""

_LONGEST = 200
"""Bytes of a name: with its ending, less than any common file system allows."""


class ExportPanel(Panel[view.ExportState]):
    """A live panel that writes a threat model into files, and never over a file that says something else, unless asked.

    `set(kind=..., name=...)`, `export()` and `export(overwrite=True)` do what its fields and buttons do;
    `update(model)` shows another state of the threat model.

    Parameters
    ----------
    model
        The threat model; half filled in, it is exported with what is missing named.
    folder
        Where the files go; it must be there. Without one: `my-threat-model`, beside the notebook.

    Raises
    ------
    ThreatLabError
        If `model` is no ThreatModel, or `folder` no folder.
    """

    drawn_by = view

    def __init__(self, model: ThreatModel, folder: str | Path | None = None) -> None:
        super().__init__(view.ExportState(check_model(model), work_folder() if folder is None else _folder(folder)))

    @property
    def model(self) -> ThreatModel:
        """The threat model that is exported."""
        return self.state.model

    def update(self, model: ThreatModel) -> None:
        """Show another state of the threat model; what was written stays as it is."""
        self.show(replace(self.state, model=check_model(model), written=None, standing=""))

    @action
    def set(self, *, kind: str | None = None, name: str | None = None) -> None:
        """Choose the format, one of `view.FORMATS` such as "html", or the file's name, without its ending."""
        chosen = check_choice("format", self.state.kind if kind is None else kind, view.FORMATS)
        stem = self.state.stem if name is None else _stem(name)
        self.show(replace(self.state, kind=chosen, stem=stem, standing=""))

    @action
    def export(self, *, overwrite: bool = False) -> Path:
        """Write the file and return its path. One that is there and says the same is left alone.

        Raises
        ------
        ThreatLabError
            If one is there that says something else (unless it is to be replaced), or it can't be written.
        """
        path: Path = self.state.folder / self.state.file
        text = view.FORMATS[self.state.kind].write(self.model, path)
        data = text.encode("utf-8", "replace")
        standing = _standing(path)
        same = standing == data
        if standing is not None and not same and overwrite is not True:
            self._tell(standing=path.name)
            raise ThreatLabError(
                f"{path.name!r} is there already and says something else, so nothing was written: replace it "
                "(overwrite=True), or give another name"
            )
        if not same:
            self._tell()
            write_text(path, text)
        self._tell(written=view.Written(path.name, len(data), self.state.kind), same=same)
        return path

    def files(self) -> Shown:
        """Return a list of the files with this name that are there, as links: JupyterLab opens them in a tab."""
        return view.links(self.state)

    def __repr__(self) -> str:
        missing = len(self.model.missing)
        return f"ExportPanel({self.model.system.name!r}): {len(view.parts(self.model))} parts in, {missing} missing"

    def _tell(self, **outcome: Any) -> None:
        self.show(replace(self.state, **{"written": None, "same": False, "standing": "", **outcome}))


def _folder(folder: object) -> Path:
    if not isinstance(folder, str | Path) or not str(folder).strip():
        raise ThreatLabError(f"{folder!r} is no folder to export into; give its name, such as 'reports'")
    path = Path(folder)
    try:
        is_folder = path.is_dir()
    except (OSError, ValueError):  # a NUL in it, or a name that is too long
        is_folder = False
    if not is_folder:
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
    stem = check_text("the file's name", name)
    if not _STEM.fullmatch(stem) or not stem.isprintable():
        raise ThreatLabError(
            f"the file's name is {name!r}; give one without a folder, a dot in front or any of \\/:*?\"<>|"
        )
    if (size := len(stem.encode())) > _LONGEST:
        raise ThreatLabError(f"the file's name has {size} bytes; {_LONGEST} are the most: give a shorter one")
    return stem
