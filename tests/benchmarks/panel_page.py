"""A panel in a notebook in JupyterLab, in Chromium: how long it takes to be painted and to answer, and what is sent."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from nbformat.v4 import new_code_cell, new_notebook
from nbformat.v4 import writes as notebook_text
from playwright.sync_api import WebSocket

from tests.browser.ask import WIDGETS_DRAWN
from tests.browser.lab import Lab

Answer = tuple[str, str]
"""A question, and the word that says the answer: "Yes", "No", "Unknown"."""

LOST_AFTER_MS = 10_000
STILL = 2.0
"""Seconds without a change after which a kernel has done all that it was asked for."""

HELPERS = """
    const panel = [...window.jupyterapp.shell.widgets('main')].find(each => each.sessionContext);
    const { kernel } = panel.sessionContext.session;

    // Look in each frame, before it is painted, whether it is `done`; then wait until that frame is painted.
    const painted = async (done, patience) => {
        const started = performance.now();
        do {
            if (performance.now() - started > patience) return false;
            await new Promise(requestAnimationFrame);
        } while (!done());
        const { port1, port2 } = new MessageChannel(), after = new Promise(heard => { port1.onmessage = heard; });
        port2.postMessage(null);
        await after;
        return true;
    };
    const button = ([question, word]) => [...document.querySelectorAll('button')].find(each =>
        each.title === `${word}: ${question}`
        || each.title === word && each.closest('[role=group]')?.ariaLabel === question);
"""
SHOW = f"""async ([place, selector, patience]) => {{ {HELPERS}
    const {{ commands }} = window.jupyterapp, {{ node }} = panel.content.widgets[place];
    panel.content.activeCellIndex = place;
    await commands.execute('notebook:clear-cell-output');
    await painted(() => !node.querySelector(selector), patience);
    const started = performance.now(), run = commands.execute('notebook:run-cell');
    const shown = await painted(() => node.querySelector(selector)?.getClientRects().length, patience);
    const taken = performance.now() - started;
    await run;
    if (!shown) throw new Error(node.textContent);
    return taken;
}}"""
CLICK = f"""async ([answer, selector, patience]) => {{ {HELPERS}
    const shown = () => {{
        const node = document.querySelector(selector);
        return node && (node.tagName === 'IMG' ? node.complete && node.src : node.textContent);
    }};
    const before = shown(), clicked = button(answer), started = performance.now();
    clicked.click();
    const answered = await painted(() => {{ const now = shown(); return now && now !== before; }}, patience);
    return answered ? performance.now() - started : null;
}}"""
FLOOD = f"""async answers => {{ {HELPERS}
    for (const answer of answers) {{
        button(answer).click();
        await new Promise(resolve => setTimeout(resolve, 10));
    }}
}}"""
EXECUTE = f"""async code => {{ {HELPERS}
    const {{ content }} = await kernel.requestExecute({{code}}).done;
    if (content.status !== 'ok') throw new Error(content.evalue);
}}"""
VALUE = f"""async expression => {{ {HELPERS}
    const reply = await kernel.requestExecute({{code: '', user_expressions: {{expression}}}}).done;
    return Number(reply.content.user_expressions.expression.data['text/plain']);
}}"""
AT_REST = "() => new Promise(requestIdleCallback)"


class PanelPage:
    """One panel in a notebook of its own.

    Parameters
    ----------
    lab
        The browser's page that it is opened in.
    notebook
        The file to write it to.
    cells
        What the panel needs, and what shows it: only the second one is timed.
    selectors
        Of what a reader looks for first, and of what each answer changes.
    """

    def __init__(self, lab: Lab, notebook: Path, cells: tuple[str, str], selectors: tuple[str, str]) -> None:
        self.lab = lab
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.lost: Counter[str] = Counter()
        self._notebook, self._imports = notebook, cells[0]
        self._score, self._answer = selectors
        self._frames: list[int] = []
        notebook.write_text(notebook_text(new_notebook(cells=[*map(new_code_cell, cells)])), encoding="utf-8")

    def open(self) -> None:
        """Open the notebook with a kernel of its own, and import what the panel needs."""
        self.lab.open(self._notebook)
        self.lab.page.evaluate(EXECUTE, self._imports)

    def show(self, kind: str) -> None:
        """Run the cell that shows the panel, and note how long it takes until its score is painted."""
        taken = self.lab.page.evaluate(SHOW, [1, self._score, LOST_AFTER_MS])
        self.seconds[kind].append(taken / 1000)
        self._come_to_rest()

    def click(self, kind: str, answers: Sequence[Answer]) -> None:
        """Give answers one after the other, and note how long each takes until its frame is painted."""
        for answer in answers:
            taken = self.lab.page.evaluate(CLICK, [answer, self._answer, LOST_AFTER_MS])
            if taken is None:
                self.lost[kind] += 1
            else:
                self.seconds[kind].append(taken / 1000)

    def lost_in_a_flood(self, answers: Sequence[Answer]) -> int:
        """Click 10 ms apart, and return how many of the clicks changed nothing in the kernel."""
        self.lab.page.evaluate(EXECUTE, "changes = []; panel.observe(changes.append, 'system')")
        self.lab.page.evaluate(FLOOD, answers)
        before, changes = -1, 0
        while (
            changes > before
        ):  # the kernel hears clicks in one thread and is asked in another: it may still be at them
            time.sleep(STILL)
            before, changes = changes, int(self.lab.page.evaluate(VALUE, "len(changes)"))
        return len(answers) - changes

    def frames(self, answers: Sequence[Answer]) -> tuple[list[int], list[int]]:
        """Return the bytes of each message that is sent or received to show the panel, and to give all the answers."""
        self.lab.page.on("websocket", self._listen)
        self.open()
        self._frames = to_show = []
        self.show("counted")
        self._frames = to_answer = []
        self.click("counted", answers)
        self._come_to_rest()
        return to_show, to_answer

    def _listen(self, socket: WebSocket) -> None:
        if "/channels" in socket.url:  # a kernel's
            for way in ("framesent", "framereceived"):
                socket.on(way, lambda payload: self._frames.append(len(payload)))

    def _come_to_rest(self) -> None:
        self.lab.page.wait_for_function(WIDGETS_DRAWN)
        self.lab.page.evaluate(AT_REST)
