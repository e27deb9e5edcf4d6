"""The panel on what changed: shares on the way from the old score to the new, and what the score is without one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from tests.unit.page import Page
from tests.unit.strategies import examples, systems
from tests.unit.threat_models import HOSTILE, full
from threatlab import AISystem, ThreatLabError, assess, diff, list_systems, load_system
from threatlab.catalog import catalog
from threatlab.widgets import WhatChanged
from threatlab.widgets.changes.view import SHOWN, steps

FLEET = [load_system(name) for name in list_systems()]
SHADOWRAY = load_system("shadowray")
SAFER = SHADOWRAY.with_(authentication_enforced=True, rate_limiting_enabled=True, uses_retrieval=True)
WEEK = [SAFER if system.name == "shadowray" else system for system in FLEET]
LOGIN = catalog().controls["authentication_enforced"].title


@examples(20)
@given(systems(), systems())
def test_the_bars_lead_from_the_old_score_to_the_new_without_a_gap(before, after):
    change = diff(before, before.with_(**dict(list(after.known.items())[:10])))
    way = steps(change)
    ends = [change.before, *(step.end for step in way)]
    assert [step.begin for step in way] == ends[:-1]
    assert ends[-1] == pytest.approx(change.after, abs=10 * 0.0005)
    assert len(way) <= SHOWN + 1


@pytest.mark.slow
def test_the_scale_says_two_numbers_however_short_the_way():
    fleet = [(system, system.with_(**{name: True})) for system in FLEET for name in catalog().controls]
    old, new = min(fleet, key=lambda pair: abs(diff(*pair).by) if abs(diff(*pair).by) > 0.0005 else 1.0)
    assert abs(diff(old, new).by) < 0.005
    low, high = Page(WhatChanged(old, new)).soup.select(".tl-fall .tl-scale span")
    assert low.get_text() < high.get_text()


def test_an_answer_that_is_unticked_is_taken_back_and_comes_again():
    panel = WhatChanged(FLEET, WEEK)
    page = Page(panel)
    before = panel.page
    page.enter(LOGIN, value=False)
    without = assess(SAFER.with_(authentication_enforced=SHADOWRAY["authentication_enforced"]))
    assert page.soup.select_one(".tl-score").get_text() == f"{without.risk_score:.2f}"
    assert f"without 1 change that you took back; with all of them it is {assess(SAFER).risk_score:.2f}" in page.text
    assert {f.attribute for f in panel.state.counted.closed} == {"rate_limiting_enabled"}
    login = catalog().controls["authentication_enforced"].finding
    assert login not in panel.picture() + panel.page
    bars = {row.get_text(): row for row in page.soup.select(".tl-changed .tl-bars > p:nth-child(3n + 1)")}
    for threat in panel.state.counted.threats:
        said = bars[threat.title].find_next_sibling("p").get_text()
        assert said == f"{threat.before:.2f} {without.by_threat[threat.threat]:.2f}"
    assert len(bars) == len(panel.state.counted.threats)
    page.enter(LOGIN, value=True)
    assert panel.page == before
    assert login in panel.picture()


def test_counting_in_code_does_what_the_boxes_do():
    clicked, driven = WhatChanged(FLEET, WEEK), WhatChanged(FLEET, WEEK)
    Page(clicked).enter(LOGIN, value=False)
    driven.count(authentication_enforced=False)
    assert clicked.page == driven.page
    assert repr(clicked) == repr(driven)


def test_all_systems_that_changed_can_be_chosen_the_one_that_moved_most_first():
    week = [system.with_(rbac_configured=True) for system in WEEK if system.name != "tay"]
    panel = WhatChanged(FLEET, week)
    page = Page(panel)
    assert panel.change.name == panel.inventory.changed[0].name
    assert "1 gone." in page.text
    assert "review" not in page.text  # nobody has said that there was one
    other = panel.inventory.changed[-1]
    options = [option.get_text() for option in page.field("System").select("option")]
    page.choose("System", next(option for option in options if option.endswith(other.new.system.title)))
    assert panel.change == other
    assert f"{other.after:.2f}" in page.text
    with pytest.raises(ThreatLabError, match="unknown changed system 'tay'"):
        panel.choose("tay")


def test_what_is_taken_back_in_one_system_is_not_in_another():
    week = [system.with_(rbac_configured=True) for system in FLEET]
    panel = WhatChanged(FLEET, week, system="tay")
    panel.count(rbac_configured=False)
    panel.choose("shadowray")
    assert panel.state.without == frozenset()


def test_first_last_and_share_are_told_and_their_bars_bear_their_numbers():
    page = Page(WhatChanged(SHADOWRAY, SAFER))
    change = page.panel.change
    for answer in change.answers:
        title = steps(change)[change.answers.index(answer)].label
        alone = assess(SHADOWRAY.with_(**{answer.attribute: answer.after})).risk_score - change.before
        row = next(row for row in page.soup.select(".tl-fold tr") if title in row.get_text())
        assert [float(cell.get_text().replace("\u2212", "-")) for cell in row.select("td.tl-num")][::2] == [
            round(alone, 3),
            round(answer.share, 3),
        ]
    moved = [tag.get_text().replace("\u2212", "-") for tag in page.soup.select(".tl-moving .tl-num")]
    assert [float(each) for each in moved] == [round(answer.share, 3) for answer in change.answers]


def test_the_page_and_the_picture_tell_findings_threats_plan_and_what_nobody_says_any_more():
    old = full().with_(plan=None, system=SHADOWRAY)
    panel = WhatChanged(old, full().with_(system=SAFER.with_(internet_facing=None)))
    page, change = Page(panel), panel.change
    for finding in (*change.closed, *change.opened):
        assert finding.finding in page.text
        assert finding.finding.replace("'", "&#x27;") in panel.picture()
    for threat in change.threats:
        assert threat.title in page.text
        assert threat.title in panel.picture()
    assert catalog().controls[full().plan.steps[0].control].title in page.text
    assert f"Nobody says any more: {catalog().facts['internet_facing'].label}" in re.sub(r"\s+", " ", page.text)


def test_what_nobody_says_any_more_is_not_painted_as_better():
    page = Page(WhatChanged(SHADOWRAY, SHADOWRAY.with_(internet_facing=None)))
    assert "unknown whether it still applies" in page.text
    assert page.soup.select(".tl-better, .tl-holds, .tl-less") == []
    denied = Page(WhatChanged(SHADOWRAY, SHADOWRAY.with_(internet_facing=False)))
    assert all(denied.soup.select(kind) for kind in (".tl-better", ".tl-holds", ".tl-less"))


def test_a_score_that_reads_the_same_is_only_said_to_be_as_before_if_it_is():
    fleet = [(system, system.with_(**{name: True})) for system in FLEET for name in catalog().controls]
    for old, new in fleet[::7]:
        change = diff(old, new)
        if change and f"{change.before:.2f}" == f"{change.after:.2f}":
            assert ("as before" in Page(WhatChanged(old, new)).text) == (abs(change.by) < 1e-9), change.name


def test_many_answers_share_one_bar_and_say_that_their_shares_are_estimates():
    none = AISystem("bot", **dict.fromkeys(catalog().facts, True))
    page = Page(WhatChanged(none, none.with_(**dict.fromkeys(catalog().controls, True))))
    assert len(page.soup.select(".tl-moving")) == SHOWN + 1
    assert "other answers" in page.text
    assert "1000 orders were drawn" in page.text


def test_one_system_is_named_and_there_is_nothing_to_choose():
    one = load_system("tay")
    page = Page(WhatChanged(one, one.with_(rbac_configured=True)))
    assert one.title in page.text
    assert not page.soup.select("select")


def test_where_nothing_changed_the_panel_says_so_and_has_nothing_to_choose():
    panel = WhatChanged(FLEET, FLEET)
    assert f"Nothing changed, in {len(FLEET)} systems." in Page(panel).text
    assert panel.change is None
    assert "Nothing changed" in panel.picture()
    with pytest.raises(ThreatLabError, match="no system 'tay' to choose: none of both reviews has changed"):
        panel.choose("tay")


@pytest.mark.parametrize("typed", HOSTILE)
def test_names_are_text_on_the_page_and_in_the_picture(typed):
    old = AISystem(typed, title=typed, generates_content=True)
    panel = WhatChanged(old, old.with_(internet_facing=True))
    for html in (panel.page, panel.picture()):
        assert "<script" not in html
        assert "<img" not in html


BAD = [
    (lambda: WhatChanged("tay", SHADOWRAY), "old is 'tay'; give a list"),
    (lambda: WhatChanged(FLEET, [], system="tay"), "new is empty"),
    (lambda: WhatChanged(FLEET, WEEK, system="tya"), "unknown changed system 'tya'"),
    (lambda: WhatChanged(FLEET, WEEK).count(rbac_configured=False), "unknown changed answer 'rbac_configured'"),
    (lambda: WhatChanged(FLEET, WEEK).count(uses_retrieval=None), "uses_retrieval is None; give True or False"),
]


@pytest.mark.parametrize(("call", "said"), BAD, ids=[said for _, said in BAD])
def test_bad_input_is_answered_with_a_sentence(call, said):
    with pytest.raises(ThreatLabError, match=said):
        call()
