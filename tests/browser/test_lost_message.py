"""A click that never came to the kernel is sent again, and one that was heard is done once."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.blank_page import BlankPage
from tests.unit.test_panel import Count, Counter


def test_a_click_that_is_lost_is_sent_again_and_one_that_is_answered_late_counts_once(blank: BlankPage) -> None:
    clock = blank.page.clock
    clock.install()
    shown = blank.open(Counter(Count()))
    two, count = shown.get_by_role("button", name="Two"), shown.locator("p")
    with blank.line_cut():
        two.click()
    expect(count).to_have_text("0")
    clock.fast_forward(10_000)
    expect(count).to_have_text("2")
    with blank.kernel_held_up():
        two.click()
        two.click()
        for seconds in (10, 20, 40):
            clock.fast_forward(1000 * seconds)
        assert len(blank.unheard) > 2
    expect(count).to_have_text("6")
    shown.get_by_role("button", name="Add").click()
    expect(count).to_have_text("7")
