"""Learners of a rehearsal whose pages are real: JupyterLab in Chromium, under the hub's strict policy for scripts.

    python -m tests.hub.browsers URL NAME ... < SETTINGS

SETTINGS are JSON: password, homes, seconds. What happened is printed as JSON: seconds by kind, and what was lost.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import running_chromium
from tests.browser.lab import HEIGHT, OPEN_MS, Lab
from tests.browser.server import Server
from tests.hub.learner import LOST_AFTER, START_SECONDS, Log, Refused
from tests.hub.work import EXERCISE, LESSON, PANEL, cells, questions, work

# Click the next answer of the explorer that isn't given, and return when it is painted as given.
CLICK = """async ([number, patience]) => {
    const groups = [...document.querySelectorAll('.tl-left [data-act=answer]')]
        .filter(each => each.getClientRects().length);
    const group = groups[number % groups.length], [...buttons] = group.querySelectorAll('button[aria-pressed=false]');
    const { title } = buttons[number % buttons.length], question = group.ariaLabel;
    const button = () => [...document.querySelectorAll('.tl-left [data-act=answer]')]
        .find(each => each.ariaLabel === question)?.querySelector(`button[title="${title}"]`);
    const started = performance.now();
    button().click();
    while (button()?.getAttribute('aria-pressed') !== 'true') {
        if (performance.now() - started > patience) {
            throw new Error(`${question} ${title}: ${document.querySelector('.tl [role=alert]')?.textContent}`);
        }
        await new Promise(requestAnimationFrame);
    }
}"""
GIVEN = ".tl-left [data-act=answer] button[aria-pressed=true]"
STANDS = "() => [document.querySelectorAll('.tl').length, document.querySelectorAll('.jp-RawCell').length]"


class HubLab(Lab):
    """JupyterLab on a hub, in a page of one learner who has logged in by the form."""

    def __init__(self, browser: Browser, url: str, name: str, password: str, home: Path) -> None:
        super().__init__(browser, Server(f"{url}/", "", home))  # all that the hub's host serves is inside
        self.name, self._hub, self._password = name, url, password

    def _loaded(self, workspace: str) -> Page:
        page = self._browser.new_context(viewport={"width": 1200, "height": HEIGHT}).new_page()
        page.set_default_timeout(START_SECONDS * 1000)
        page.on("request", lambda request: self._note(request.url))
        page.goto(f"{self._hub}/hub/login")
        page.get_by_label("Username").fill(self.name)
        page.get_by_label("Password").fill(self._password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"**/user/{self.name}/lab/**")
        page.goto(f"{self._hub}/user/{self.name}/lab/workspaces/{workspace}")
        self._wait_until_loaded(page)
        page.set_default_timeout(LOST_AFTER * 1000)
        return page


@dataclass
class Visitor:
    """A learner with a page, and what they do in it, one step after the other."""

    lab: Lab
    name: str
    log: Log
    number: int
    clicks: int = 0

    def enter(self) -> None:
        """Log in, wait for the server, and open the lesson with its kernel."""
        with self.log.timed("from the login form to a kernel that is ready", self.name):
            self.lab.open_in_place(f"my-course/{LESSON}")

    def run(self) -> None:
        """Run the whole lesson."""
        with self.log.timed("whole lesson", self.name):
            self.lab.run_all()

    def click(self) -> None:
        """Give the explorer an answer."""
        self.clicks += 1
        with self.log.timed("click until it is painted", self.name):
            self.lab.page.evaluate(CLICK, [self.clicks, LOST_AFTER * 1000])

    def press_a_command_key(self) -> None:
        """Press the key that turns a cell into raw text, with a button of the explorer in focus; nothing may happen."""
        with self.log.timed("key", self.name):
            before = self.lab.page.evaluate(STANDS)
            self.lab.page.locator(f"{GIVEN}:visible").first.focus()
            self.lab.page.keyboard.press("r")
            after = self.lab.page.evaluate(STANDS)
            if after != before or not before[0]:
                raise Refused(f"{before[0]} panels and {before[1]} raw cells became {after[0]} and {after[1]}")

    def answer(self) -> None:
        """Answer a question of the exercises rightly, and come back to the lesson."""
        cell = questions()[self.number % len(questions())]
        place = [each.id for each in cells("exercises")].index(cell)
        with self.log.timed("answer, in a notebook opened for it", self.name):
            self.lab.open_in_place(f"my-course/{EXERCISE}")
            self.lab.run_all()
            self.lab.write(place, "\n".join(work(self.number).answer_cells))
            self.lab.run_cell(place)
            expect(self.lab.notebook.locator(".jp-Cell").nth(place)).to_contain_text("\u2713 Correct")

    def restart(self) -> None:
        """Open the lesson anew, restart its kernel, and run it up to the explorer."""
        with self.log.timed("restart, and the lesson up to the panel", self.name):
            self.lab.open_in_place(f"my-course/{LESSON}")
            self.lab.restart()
            self.lab.run_above([each.id for each in cells("notebooks")].index(PANEL) + 1)

    def see_no_fault(self) -> None:
        """See that no cell failed, that nothing came from elsewhere, and that no news popped up over the lesson."""
        with self.log.timed("look", self.name):
            news = self.lab.page.get_by_text("Would you like to get notified").count()
            if found := [*self.lab.errors(), *self.lab.outside, *["Jupyter's news"] * news]:
                raise Refused("; ".join(found))


def main(url: str, names: list[str], password: str, homes: str, seconds: float) -> dict[str, Any]:
    """Have each learner do it all in a page of their own, and return what happened."""
    log, begun = Log(), time.monotonic()
    with running_chromium() as browser:
        visitors = [
            Visitor(HubLab(browser, url, name, password, Path(homes, name)), name, log, number)
            for number, name in enumerate(names)
        ]

        def each(*steps: Callable[[Visitor], None]) -> None:
            for step in steps:
                for visitor in list(visitors):
                    try:
                        step(visitor)
                    except Exception:  # noqa: BLE001  # the log has it, and the others go on
                        visitors.remove(visitor)

        def click_until(moment: float) -> None:
            each(Visitor.click, Visitor.press_a_command_key)
            while visitors and time.monotonic() < moment:
                each(Visitor.click)
                time.sleep(0.5)

        each(Visitor.enter, Visitor.run)
        click_until(begun + seconds / 2)
        each(Visitor.see_no_fault, Visitor.answer, Visitor.restart)
        click_until(begun + seconds)
        each(Visitor.see_no_fault)
    return {"seconds": log.seconds, "lost": log.lost, "whole": [each.name for each in visitors]}


if __name__ == "__main__":
    expect.set_options(timeout=OPEN_MS)
    print(json.dumps(main(sys.argv[1], sys.argv[2:], **json.load(sys.stdin))))
