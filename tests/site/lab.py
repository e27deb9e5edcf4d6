"""One notebook open in the site: the same page as JupyterLab's, without a server behind it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser import ask
from tests.browser.lab import HEIGHT, OPEN_MS, Lab

SAVE_NEW = """async ([path, text]) => {
    const content = JSON.parse(text), contents = window.jupyterapp.serviceManager.contents;
    await contents.save(path, {type: 'notebook', format: 'json', content});
}"""

NOTEBOOK_NOW = "path => {" + ask.NOTEBOOK + "return panel.context.model.toJSON(); }"

SAID = (
    "async ([path, code]) => {"
    + ask.NOTEBOOK
    + """
    const said = [], future = panel.sessionContext.session.kernel.requestExecute({code});
    future.onIOPub = message => said.push(message.content.text ?? message.content.evalue ?? '');
    await future.done;
    return said.join('');
}"""
)


class SiteLab(Lab):
    """JupyterLab as the site has it; a browser's own storage keeps what is done, until `close`."""

    run_ms = 900_000  # a busy machine takes 160 s for what a quiet one does in 40

    def _loaded(self, workspace: str) -> Page:
        context = self._browser.new_context(viewport={"width": 1200, "height": HEIGHT}, accept_downloads=True)
        context.on("request", lambda request: self._note(request.url))
        page = context.new_page()
        page.set_default_timeout(OPEN_MS)
        page.goto(f"{self._server.url}lab/index.html")
        self._wait_until_loaded(page)
        return page

    def open_in_place(self, path: str) -> None:
        """Open a notebook of the site, and wait until its kernel is connected."""
        self._go_to(path, "")
        self._show_notebook(self.page)

    def open_new(self, file: Path) -> None:
        """Put a notebook into the site's files, and open it."""
        self._go_to(file.name, "")
        self.page.evaluate(SAVE_NEW, [file.name, file.read_text(encoding="utf-8")])
        self._show_notebook(self.page)

    def reload(self) -> None:
        """Load the page anew, with nothing open and no kernel: as it is tomorrow."""
        self.page.goto(f"{self._server.url}lab/index.html?reset")
        self._wait_until_loaded(self.page)

    def cells(self) -> list[dict[str, Any]]:
        """Return the cells of the open notebook as they are now."""
        cells: list[dict[str, Any]] = self.page.evaluate(NOTEBOOK_NOW, self._path)["cells"]
        return cells

    def said(self, code: str) -> str:
        """Return what the notebook's kernel prints for some code."""
        return str(self.page.evaluate(SAID, [self._path, code]))

    def number(self, cell_id: str) -> int:
        """Return which cell of the open notebook has an id, counted from 0."""
        return next(n for n, cell in enumerate(self.cells()) if cell["id"] == cell_id)


def saved(file: Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook of the checkout, as they were saved."""
    cells: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["cells"]
    return cells
