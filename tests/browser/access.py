"""Whether everybody can use a page: what axe-core finds, what is cut off, and where the Tab key leads."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator, Page

MANY_TABS = 80
"""More than any panel has places to stop at: a walk that long has lost its way."""

AXE = """async selector => {
    const result = await axe.run(selector, {resultTypes: ['violations'], preload: false});  // no style sheet twice
    return result.violations.flatMap(rule => rule.nodes.map(node =>
        `${rule.id} (${rule.impact}): ${rule.help}. In ${node.html} ${node.failureSummary}`));
}"""

OPEN_ALL = """panel => {
    panel.querySelectorAll('details').forEach(fold => { fold.open = true; });
    panel.querySelectorAll('[hidden]').forEach(form => { form.hidden = false; });
}"""

OVERFLOWING = """panel => {
    const edge = panel.getBoundingClientRect().right + 1;
    const runsOver = node => getComputedStyle(node).overflowX === 'visible' && node.clientWidth > 0
        && node.scrollWidth > node.clientWidth + 3;  // the mark at the end of a scale may
    return [...panel.querySelectorAll('*')]
        .filter(node => node.getBoundingClientRect().right > edge || runsOver(node))
        .filter(node => !node.closest('.tl-hidden, option, svg > *'))
        .map(node => node.outerHTML.slice(0, 120));
}"""


def open_all(panel: Locator) -> None:
    """Open every fold of a panel, and put every form of it in sight."""
    panel.evaluate(OPEN_ALL)


def axe(page: Page, selector: str) -> list[str]:
    """Return one sentence for each accessibility fault that axe-core finds in `selector`."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return list(page.evaluate(AXE, selector))


def overflowing(panel: Locator) -> list[str]:
    """Return the beginning of every element that reaches past the edge of `panel`, or whose text past its own."""
    return list(panel.evaluate(OVERFLOWING))


def tab_to(wanted: Locator) -> None:
    """Press Tab until `wanted` has the focus.

    Raises
    ------
    AssertionError
        If it never gets it.
    """
    for _ in range(MANY_TABS):
        wanted.page.keyboard.press("Tab")
        if wanted.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError(f"the Tab key does not lead to {wanted}")
