"""A page of a browser with one live panel in it, as JupyterLab shows it, and this process in place of a kernel."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator

from tests.browser import access
from tests.browser.lab import NARROW
from threatlab.widgets.base.panel import Panel

SHARED = Path(sys.prefix, "share/jupyter")
THEME = "lab/themes/@jupyterlab/theme-{}-extension/index.css"
OUTPUTS = "nbconvert/templates/lab/static/index.css"
"""The rest of JupyterLab's style sheets, as nbconvert ships them: JupyterLab has its own within scripts."""

HEIGHT = 900
AROUND, AROUND_NARROW = 432, 116
"""What JupyterLab takes of a window's width in px, with its file browser and without: test_lab_smoke.py measures it."""

# What a panel's script speaks with in JupyterLab. Of what changes by itself, as a clock does, the kernel is asked.
SHOW = """async script => {
    const {default: {render}} = await import('data:text/javascript;charset=utf-8,' + encodeURIComponent(script));
    const values = {page: '', live: '', answered: ''}, listeners = [];
    window.answers = 0;
    const ask = async message => {
        const change = await window.kernel(message);
        if (!change) return;
        window.answers++;
        Object.assign(values, change);
        listeners.forEach(react => react());
    };
    await ask(null);
    render({
        model: {get: name => values[name], on: (_, react) => listeners.push(react), send: ask},
        el: document.querySelector('main > div'),
    });
    setInterval(() => ask(null), 50);
}"""


class BlankPage:
    """A page for one panel after the other: what a browser does with its HTML, style and script, and nothing else.

    A panel lives in this process, and its clock ticks whenever the test waits for the page.
    """

    def __init__(self, browser: Browser) -> None:
        self.outside: list[str] = []
        """What the page asked for: a panel needs nothing but what the kernel sends."""
        self.faults: list[str] = []
        """What went wrong in the page's scripts, or in the panel."""
        self._panel: Panel | None = None
        self.unheard: list[Any] = []
        """What the page told a kernel that is held up."""
        self._held = self._cut = False
        self._let_through = 0
        self._shown: dict[str, str] = {}
        self.page = browser.new_context(viewport={"width": 1200, "height": HEIGHT}).new_page()
        self.page.set_default_timeout(60_000)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda request: self._note(request.url))
        self.page.expose_function("kernel", self._kernel)

    def open(self, panel: Panel, theme: str = "light", width: int = 1200) -> Locator:
        """Show a panel, in place of the one before."""
        self._panel = None
        self.page.goto("about:blank")
        self.page.set_content(
            "<!doctype html><html lang='en'><title>A panel</title><style id='theme'></style>"
            f"<style>{_sheet(OUTPUTS)}</style><style>{panel._css}</style>"
            "<body class='jp-ThemedContainer'><main class='jp-OutputArea-child'><div class='jp-OutputArea-output'>"
        )
        self.look(theme, width)
        self._panel, self._shown, self.unheard = panel, {}, []
        self.page.evaluate(SHOW, panel._esm)
        return self.page.locator("main > div > .tl")

    def look(self, theme: str, width: int) -> None:
        """Show the panel as in JupyterLab's theme ("light" or "dark"), in a window of `width` CSS px."""
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        self.page.evaluate(
            """([style, light, width]) => {
                document.querySelector('#theme').textContent = style;
                document.body.dataset.jpThemeLight = light;
                document.querySelector('main').style.width = width + 'px';
            }""",
            [
                _sheet(THEME.format(theme)),
                str(theme == "light").lower(),
                width - (AROUND if width > NARROW else AROUND_NARROW),
            ],
        )

    def axe(self, selector: str = ".tl") -> list[str]:
        """Return one sentence for each accessibility fault that axe-core finds."""
        return access.axe(self.page, selector)

    @contextmanager
    def kernel_held_up(self) -> Iterator[None]:
        """Let the kernel answer nothing for a while, as a slow hub does, and then all that was asked."""
        self._held = True
        try:
            yield
        finally:
            self._held = False

    def let_one_through(self) -> None:
        """Let a kernel that is held up answer the first of what it was asked."""
        self._let_through = 1
        self.page.wait_for_function("heard => window.answers > heard", arg=self.page.evaluate("window.answers"))

    @contextmanager
    def line_cut(self) -> Iterator[None]:
        """Lose whatever the page tells the kernel for a while, as where it reconnects."""
        self._cut = True
        yield
        self.page.evaluate("0")  # by then all that was told before has come, and is lost
        self._cut = False

    def close(self) -> None:
        """Close the page."""
        self.page.context.close()

    def _kernel(self, message: Any) -> dict[str, str] | None:
        """Do what the page asks for, if anything, and return what is new to the page."""
        if message is not None and not self._cut:
            self.unheard.append(message)
        if self._panel is None or (self._held and not self._let_through):
            return None
        while self.unheard and (not self._held or self._let_through):
            self._panel.hear(self.unheard.pop(0))
            self._let_through = 0
        before, self._shown = self._shown, {name: getattr(self._panel, name) for name in ("page", "live", "answered")}
        return None if before == self._shown else self._shown

    def _note(self, address: str) -> None:
        if not address.startswith(("about:", "data:")):
            self.outside.append(address)


@cache
def _sheet(name: str) -> str:
    return (SHARED / name).read_text(encoding="utf-8")
