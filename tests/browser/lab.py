"""One notebook open in JupyterLab in a browser: run it, look at it, click in it, measure it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import nbformat
from playwright.sync_api import Browser, Locator, Page

from tests.browser import access, ask
from tests.browser.server import Server, theme_name

OPEN_MS = 90_000
RUN_MS = 180_000
HEIGHT = 900
NARROW = 900
"""At this width or less (in CSS px) the file browser would take half of the notebook's room."""

PAGE = 1600
"""Height of one picture of `Lab.pages`: more than that shrinks beyond reading where it is shown."""

LOOKS = (("light", 1200), ("dark", 700))
"""Theme, and width in CSS px: what holds in these two has held in the two between."""

CHROME = 200
"""More than JupyterLab's own menus, tool bar and status bar take of a window's height."""

TALLEST = 16_000
"""Chromium paints nothing below about 16,384 px."""

SCROLLED = ".jp-WindowedPanel-outer"


class Lab:
    """A page with one notebook in it; `page` is Playwright's own, for everything not named here."""

    _numbers = count(1)
    run_ms = RUN_MS

    def __init__(self, browser: Browser, server: Server) -> None:
        self._browser = browser
        self._server = server
        self._page: Page | None = None
        self._path = ""
        self.outside: list[str] = []
        """Addresses that the page asked for outside this server: an offline workbook has none."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def page(self) -> Page:
        """The open page; `open` comes first."""
        if self._page is None:
            raise RuntimeError("no notebook is open: call open(notebook) first")
        return self._page

    @property
    def notebook(self) -> Locator:
        """The notebook itself, without JupyterLab's menus and side bars."""
        return self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook")

    def open(self, notebook: Path, theme: str = "light", width: int = 1200) -> None:
        """Open a copy of `notebook` without its outputs, and wait until its kernel is connected.

        Each call gets its own copy and kernel, so that no test sees another's traces. JupyterLab itself stays
        loaded from one call to the next: it takes three times as long to load as a notebook to open.
        """
        _copy(notebook, self._new_place(notebook), code=True)
        self._show_notebook(self.page)
        self.look(theme, width)

    def open_in_place(self, path: str) -> None:
        """Open a notebook of the server's folder itself, not a copy, and wait until its kernel is connected."""
        self._go_to(path, "walk")
        self._show_notebook(self.page)
        self.look("light", 1200)

    def read_in_place(self) -> None:
        """End the kernel, close the notebook, and open it again to be read: with what was saved, and no kernel."""
        self._go_to(self._path, "walk")
        self._read()

    def read(self, notebook: Path) -> None:
        """Open a copy of `notebook` with what was saved in it: no kernel, and no code, which takes longest to draw."""
        _copy(notebook, self._new_place(notebook), code=False)
        self._read()

    def _read(self) -> None:
        self.page.evaluate(ask.READ, self._path)
        self.page.wait_for_function(ask.MARKDOWN_DRAWN, arg=self._path, timeout=OPEN_MS)

    def look(self, theme: str, width: int) -> None:
        """Show the open notebook in a theme ("light" or "dark"), in a window of `width` CSS px."""
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        self.page.evaluate(ask.LOOK, [theme_name(theme), width > NARROW])
        self.page.locator(f'body[data-jp-theme-name="{theme_name(theme)}"]').wait_for(state="attached")
        self.page.locator("#jp-left-stack").wait_for(state="visible" if width > NARROW else "hidden")

    def _new_place(self, notebook: Path) -> Path:
        """Return where a copy of `notebook` goes, in a folder of its own, with JupyterLab loaded and empty."""
        folder = self._server.root / f"{next(self._numbers):03}"
        folder.mkdir()
        self._go_to(f"{folder.name}/{notebook.name}", folder.name)
        return folder / notebook.name

    def _go_to(self, path: str, workspace: str) -> None:
        self._path = path
        self._put_away()
        self._page = self._page or self._loaded(workspace)

    def _loaded(self, workspace: str) -> Page:
        """Load JupyterLab into a page, in a workspace in which nothing is open yet."""
        context = self._browser.new_context(viewport={"width": 1200, "height": HEIGHT})
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("request", lambda request: self._note(request.url))
        page.goto(f"{self._server.url}lab/workspaces/test-{workspace}?token={self._server.token}")
        self._wait_until_loaded(page)
        return page

    def _wait_until_loaded(self, page: Page) -> None:
        page.wait_for_function("() => window.jupyterapp", timeout=OPEN_MS)
        page.evaluate("() => window.jupyterapp.restored")
        page.locator("#jupyterlab-splash").wait_for(state="detached", timeout=OPEN_MS)

    def _show_notebook(self, page: Page) -> None:
        page.evaluate(ask.OPEN, self._path)
        page.wait_for_function(ask.OPENED, arg=self._path, timeout=OPEN_MS)
        page.evaluate(ask.READY, self._path)
        page.wait_for_function(ask.IDLE, arg=self._path, timeout=OPEN_MS)

    def _put_away(self) -> None:
        """Close the notebook that is open, if any, with its kernel; a page that is stuck is closed with it."""
        if self._page is not None and not self._page.evaluate(ask.PUT_AWAY):
            self.close()

    def run_all(self) -> None:
        """Run every cell as Run > Run All Cells does, and return when all is computed and drawn.

        Raises
        ------
        AssertionError
            if a cell raised an error or wasn't run; the message names the error.

        """
        self.page.evaluate(ask.START_ALL, self._path)
        self.page.wait_for_function("() => window.runAll.done", timeout=self.run_ms)
        failed = self.page.evaluate("() => window.runAll.error ?? null")
        errors = self.errors()
        if failed or errors:
            raise AssertionError("a cell failed:\n" + "\n".join([failed or "", *errors]).strip())
        left = self.page.evaluate(ask.NOT_RUN, self._path)
        if left:
            raise AssertionError(f"Run All left the cells at {left} (counted from 0) without a run")
        self.page.wait_for_function(ask.IDLE, arg=self._path, timeout=OPEN_MS)
        self.page.wait_for_function(ask.WIDGETS_DRAWN, timeout=OPEN_MS)

    def run_cell(self, number: int) -> None:
        """Run one cell, counted from 0, as Shift+Enter in it does, and return when all is computed and drawn."""
        self.page.evaluate(ask.RUN_CELL, [self._path, number])
        self.page.wait_for_function(ask.WIDGETS_DRAWN, timeout=OPEN_MS)

    def run_above(self, number: int) -> None:
        """Run all cells above one, and return when all is computed and drawn."""
        self.page.evaluate(ask.RUN_ABOVE, [self._path, number])
        self.page.wait_for_function(ask.WIDGETS_DRAWN, timeout=OPEN_MS)

    def kept(self) -> list[str]:
        """Return for each cell the name under which the panel that it shows is kept, or ""."""
        return list(self.page.evaluate(ask.KEPT, self._path))

    def write(self, number: int, source: str) -> None:
        """Put a text in place of a cell's."""
        self.page.evaluate(ask.WRITE, [self._path, number, source])

    def type_over_blank(self, number: int, text: str) -> None:
        """Select the blank of a cell, and type a text over it."""
        self.page.evaluate(ask.SELECT_BLANK, [self._path, number])
        self.page.keyboard.insert_text(text)

    def restart(self) -> None:
        """Restart the kernel, and wait until it is there again."""
        self.page.evaluate(ask.RESTART, self._path)
        self.page.wait_for_function(ask.IDLE, arg=self._path, timeout=OPEN_MS)

    def save(self) -> None:
        """Save the notebook."""
        self.page.evaluate(ask.SAVE, self._path)

    def hold_the_kernel_up(self, seconds: float) -> None:
        """Keep the kernel's main thread busy for a while, as a slow hub does, and go on at once."""
        self.page.evaluate(ask.EXECUTE, [self._path, f"import time; time.sleep({seconds})"])

    def wait_until_saved(self) -> None:
        """Wait until the notebook's file holds all that the page shows."""
        self.page.wait_for_function(ask.SAVED, arg=self._path, timeout=OPEN_MS)

    def errors(self) -> list[str]:
        """Return one line for every cell that raised an error, and for every widget not drawn."""
        undrawn = self.notebook.get_by_text("Error displaying widget").all_text_contents()
        return [*self.page.evaluate(ask.TRACEBACKS, self._path), *undrawn]

    def find(self, selector: str) -> Locator:
        """Return what `selector` matches in the notebook, its first match scrolled into view."""
        found = self.notebook.locator(selector)
        found.first.scroll_into_view_if_needed()
        return found

    def axe(self, selector: str) -> list[str]:
        """Return one sentence for each accessibility fault that axe-core finds in `selector`."""
        self.find(selector)
        return access.axe(self.page, selector)

    def screenshot(self, file: Path, selector: str | None = None) -> None:
        """Write a PNG of the first match of `selector`, or of the notebook down to `TALLEST` px."""
        tall = self.notebook.locator(SCROLLED).evaluate("node => node.scrollHeight")
        with self._window_height(min(TALLEST, tall + CHROME)):
            target = self.notebook.locator(selector).first if selector else self.notebook
            target.screenshot(path=file, animations="disabled", caret="hide")

    def pages(self, folder: Path, stem: str) -> list[Path]:
        """Write the notebook to PNGs as a reader scrolls through it, and return them in order."""
        files: list[Path] = []
        with self._window_height(PAGE + CHROME):
            scrolled = self.notebook.locator(SCROLLED)
            shown, tall = scrolled.evaluate("node => [node.clientHeight, node.scrollHeight]")
            for number, top in enumerate(range(0, tall, shown), start=1):
                scrolled.evaluate("(node, top) => { node.scrollTop = top; }", top)
                files.append(folder / f"{stem}-{number:02}.png")
                self.notebook.screenshot(path=files[-1], animations="disabled", caret="hide")
        return files

    @contextmanager
    def _window_height(self, height: int) -> Iterator[None]:
        """Make the window `height` px high for a while, and let the page lay itself out."""
        width = self.page.viewport_size["width"]  # type: ignore[index]  # always set by open
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => setTimeout(drawn, 100)))")
        yield
        self.page.set_viewport_size({"width": width, "height": HEIGHT})

    def close(self) -> None:
        """Shut the kernel down and close the page; safe to call twice."""
        if self._page is None:
            return
        page, self._page = self._page, None
        try:
            page.evaluate("() => window.jupyterapp?.serviceManager.sessions.shutdownAll()")
        finally:
            page.context.close()

    def _note(self, address: str) -> None:
        if not address.startswith((self._server.url, "data:", "blob:")):
            self.outside.append(address)


def _copy(source: Path, target: Path, *, code: bool) -> None:
    """Write `source` to `target` without a dialog for its kernel: with code and no outputs, or the other way around."""
    notebook: Any = nbformat.read(source, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code" and code:
            cell.outputs, cell.execution_count = [], None
        elif cell.cell_type == "code":
            cell.source = ""
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    notebook.metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    nbformat.write(notebook, target)
