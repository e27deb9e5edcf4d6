"""The threat model and its report: what is missing is named, the checklist ticks from artifacts, texts stay texts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise

import mistune
import pytest
from hypothesis import given

from tests.unit.strategies import CONTROLS, systems, thorough
from tests.unit.threat_models import BARE, HOSTILE, TODAY, full, models, quick, with_text, words
from threatlab import AISystem, AuditLog, ThreatLabError, assess, list_systems, load_system
from threatlab.catalog import SEVERITIES, catalog
from threatlab.policy import Policy
from threatlab.report import (
    EXAMPLE,
    STRIDE,
    AlertChoice,
    Evidence,
    Source,
    Tabletop,
    ThreatModel,
    Training,
    briefing,
    by_stride,
    checklist,
    from_exercise,
    from_plan,
    to_html,
    to_json,
    to_markdown,
    to_sarif,
)
from threatlab.report.page import page
from threatlab.report.sections_work import UNATTENDED
from threatlab.tabletop import begin, load_story, run_unattended
from threatlab.words import shown

# ---- the model


def test_a_model_of_a_system_alone_names_every_part_that_is_missing_and_where_it_is_made():
    missing = [str(each) for each in BARE.missing]
    for what in (
        "drawing",
        "policy",
        "plan",
        "attacks that ran",
        "threshold for alerts",
        "tabletop",
        "review",
        "training",
    ):
        assert any(what in each for each in missing), what
    assert all(re.search(r"\(notebook 0[1-7]\)$", each) for each in missing)
    assert full().missing == ()


@pytest.mark.parametrize("part", ["drawing", "before", "policy", "plan", "monitoring", "tabletop", "made_on"])
def test_whatever_is_taken_out_is_missing(part):
    assert len(full().with_(**{part: None}).missing) == 1


def test_a_plan_and_an_audit_log_are_taken_as_they_are():
    assert full().plan.steps[0].owner == "Kim"
    assert re.fullmatch("[0-9a-f]{64}", full().audit_head)
    assert BARE.with_(audit_head=AuditLog()).audit_head == ""  # nothing was logged: that is no artifact


def test_a_tabletop_is_kept_with_its_log_and_lessons():
    story = load_story("shadowray")
    exercise = run_unattended(story, story.answers, load_system("shadowray"))
    kept = from_exercise(exercise, "2026-11-20")
    assert kept == from_exercise(exercise.to_dict(), date(2026, 11, 20))
    assert [each.inject for each in kept.decisions] == [entry.title for entry in exercise.log]
    assert {each.kind for each in kept.lessons} <= {"keep", "change"}
    assert kept.finished
    assert kept.unattended
    assert not from_exercise(begin(story)).unattended


def test_a_tabletop_says_what_was_taken_back_and_who_sees_to_a_lesson_until_when():
    now = begin("shadowray").decide("declare").take_back().decide("ask")
    kept = from_exercise(now.assign(now.lessons[0].id, "Ana", "2026-11-30"))
    assert kept.decisions[0].taken_back == (begin("shadowray").decide("declare").log[0].text,)
    assert (kept.lessons[0].owner, kept.lessons[0].due) == ("Ana", date(2026, 11, 30))
    page = to_markdown(full().with_(tabletop=kept))
    assert f"Decided first, and taken back: {kept.decisions[0].taken_back[0]}" in page
    assert "| Ana | 2026-11-30 |" in page


def test_an_acceptance_holds_through_its_day_and_not_without_a_date():
    assert full().accepted("rbac_configured").owner == "Ops"
    assert full().accepted("encryption_enabled") is None  # expired yesterday
    assert full().with_(made_on=date(2026, 11, 30)).accepted("encryption_enabled")
    undated = full().with_(made_on=None)
    assert undated.accepted("rbac_configured") is None
    assert (undated.holding, undated.breaches) == ((), ())
    assert "unknown: the report has no date" in to_markdown(undated)
    kept = as_github_shows_it(to_markdown(full().with_(policy=Policy(open_days=dict.fromkeys(SEVERITIES)))))
    assert "No risk has been accepted." in kept.words
    assert "The policy is kept on 2026-12-01." in kept.words


BAD = [
    (lambda: ThreatModel("shadowray"), "system of a threat model is 'shadowray'"),
    (lambda: BARE.with_(trainin=()), "did you mean 'training'"),
    (lambda: BARE.with_(ruleset="aii"), "did you mean 'ai'"),
    (lambda: BARE.with_(training=[Evidence("a", "b", 0, 0, 0, 0)]), "training, number 1 is Evidence"),
    (lambda: BARE.with_(found={"nothing": TODAY}), "unknown attribute 'nothing'"),
    (lambda: BARE.with_(found=3), "found is 3"),
    (lambda: BARE.with_(drawing="shadowray"), "drawing of a threat model"),
    (lambda: BARE.with_(author=None), "author \\(author\\) is None"),
    (lambda: BARE.with_(tabletop={"title": "x"}), "tabletop lacks"),
    (lambda: Evidence("", "none", 0, 0, 0, 0), "attack is empty"),
    (lambda: Evidence("a", "none", -1, 0, 0, 0), "seed is -1"),
    (lambda: Evidence("a", "none", 0, float("nan"), 0, 0), "attacker's success \\(success\\) is nan"),
    (lambda: Evidence("a", "none", 0, 0, 0, 1.5), "left \\(utility\\) is 1.5"),
    (lambda: Evidence("a", "none", 0, 0, 0, 0, knobs={"x": [1]}), "the attack \\(knobs\\): x is"),
    (lambda: AlertChoice("a", 1, "", 1, (), 1), "the threshold for alerts \\(reason\\) is empty"),
    (lambda: AlertChoice("a", True, "b", 1, (), 1), "threshold for alerts \\(threshold\\) is True"),
    (lambda: AlertChoice("a", 1, "b", 1, "nobody", 1), "were missed \\(missed\\) is 'nobody'; give a list"),
    (lambda: Training("Kim", "someday", "x", "y"), "day of the training \\(on\\) is 'someday'; give a date"),
    (lambda: Tabletop("x", "yes", ()), "to its end \\(finished\\) is 'yes'"),
    (lambda: from_plan(None), "takes a Plan"),
    (lambda: from_exercise({"log": []}), "is no tabletop exercise"),
    (lambda: from_exercise(3), "is no tabletop exercise"),
    (lambda: by_stride(BARE), "takes an Assessment"),
    (lambda: checklist(None), "None is no ThreatModel"),
    (lambda: briefing(AISystem("x")), "no ThreatModel; ThreatModel\\(system\\) begins one"),
    (lambda: to_json(7), "7 is no ThreatModel"),
    (to_html, "at least one"),
    (lambda: to_markdown(BARE, AISystem("x")), "is no ThreatModel"),
]


@pytest.mark.parametrize(("call", "said"), BAD, ids=[said for _, said in BAD])
def test_bad_input_is_answered_with_a_sentence(call, said):
    with pytest.raises(ThreatLabError, match=said):
        call()


def test_a_bound_that_was_not_kept_is_not_passed():
    run = Evidence("a", "b", 0, 0.4, 0.1, 0.9, success_at_most=0.4, utility_at_least=0.9)
    assert run.passed is True
    assert Evidence("a", "b", 0, 0.41, 0.1, 0.9, success_at_most=0.4).passed is False
    assert Evidence("a", "b", 0, 0.1, 0.1, 0.89, success_at_most=0.4, utility_at_least=0.9).passed is False
    assert Evidence("a", "b", 0, 0.9, 0.1, 0.9, utility_at_least=0.9).passed is True
    assert Evidence("a", "b", 0, 0.4, 0.1, 0.9).passed is None


# ---- checklist and STRIDE


def test_the_checklist_has_the_six_items_of_the_lesson_and_ticks_none_without_an_artifact():
    items = checklist(BARE)
    assert [item.id for item in items] == ["assessment", "policy", "monitoring", "tabletop", "reviews", "training"]
    assert not any(item.done for item in items)
    assert all(item.done for item in checklist(full()))


UNTICK = {
    "assessment": {"system": full().system.with_(internet_facing=None)},
    "policy": {"policy": Policy()},  # accepts everything
    "monitoring": {"monitoring": None},
    "tabletop": {"tabletop": Tabletop("begun", False, full().tabletop.decisions)},
    "reviews": {"made_on": date(2031, 1, 1)},  # all reviews are over
    "training": {"training": ()},
}


@pytest.mark.parametrize("item", UNTICK)
def test_each_item_hangs_on_its_own_artifact_alone(item):
    done = {each.id: each.done for each in checklist(full().with_(**UNTICK[item]))}
    assert done == {each: each != item for each in UNTICK}


def test_an_item_says_what_its_artifact_holds():
    first, last = sorted(review.due for review in full().reviews)
    for changes, item, said in (
        ({}, "assessment", "risk score 0.62, 17 findings, 14 of them because nobody knows"),
        ({}, "policy", "risk score at most 0.5, each threat at most 0.2, 2 risks accepted"),
        ({"policy": Policy(max_by_threat={"evasion": 0.1})}, "policy", "own bounds for 1 threat, 0 risks accepted"),
        *(
            ({"made_on": day}, "reviews", f"2 reviews, the next on {due}")
            for day, due in ((None, first), (first, first), (last, last))
        ),
    ):
        assert {each.id: each.artifact for each in checklist(full().with_(**changes))}[item] == said
    answered = full().system.with_(**dict.fromkeys(CONTROLS, True))
    assert all(item.done for item in checklist(full().with_(system=answered)))


def test_an_answer_looks_as_good_or_bad_as_it_is():
    system = AISystem("s", internet_facing=True, rbac_configured=True, encryption_enabled=False)
    rows = [re.sub("<[^>]*>", " ", row) + row for row in to_html(ThreatModel(system)).split("<tr")]
    for name, tone in (("internet_facing", "plain"), ("rbac_configured", "good"), ("encryption_enabled", "bad")):
        label = catalog().facts[name].label if name in catalog().facts else catalog().controls[name].title
        row = next(row for row in rows if f" {label} " in row and 'data-of="Why we say so"' in row)
        assert f'class="mark {tone}"' in row, name
    for name, state in (("encryption_enabled", "missing"), ("monitoring_active", "unknown")):
        title = catalog().controls[name].finding
        assert any(title in row and f">{state}<" in row for row in rows), name


def test_reviews_of_another_system_tick_nothing():
    other = full().with_(system=AISystem("another", **full().system.known))
    assert {item.id: item.done for item in checklist(other)}["reviews"] is False


@thorough
@given(systems())
def test_every_finding_stands_under_each_letter_of_its_control_and_under_no_other(system):
    result = assess(system)
    groups = by_stride(result)
    assert list(groups) == list("STRIDE") == list(STRIDE)
    for finding in result.findings:
        letters = {letter for letter, found in groups.items() if finding in found}
        assert letters == set(catalog().controls[finding.attribute].stride)


# ---- the page, whatever it is written in


class Structure(HTMLParser):
    """The tags of a page in their order, with their attributes, and its text."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.text, self.open = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.attributes += [(tag, name, value) for name, value in attrs]
        self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag):
        self.tags.append((f"/{tag}", ()))

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.text.append(data)

    def handle_comment(self, data):
        self.tags.append(("comment", (data,)))

    @property
    def shape(self):
        """The tags without the classes, which follow the length of a word."""
        return [(tag, tuple(name for name in names if name != "class")) for tag, names in self.tags]

    @property
    def words(self):
        return " ".join("".join(self.text).split())


RENDER = mistune.create_markdown(
    escape=False, plugins=["table", "strikethrough", "url", "footnotes", "task_lists", "math", "superscript", "abbr"]
)


def as_github_shows_it(markdown):
    return Structure(RENDER(markdown))


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("look", [lambda m: Structure(to_html(m)), lambda m: as_github_shows_it(to_markdown(m))])
def test_no_text_of_a_learner_changes_the_shape_of_a_page_and_all_of_it_is_shown(look, text):
    page_, plain = look(with_text(text)), look(with_text("plain"))
    assert page_.shape == plain.shape
    assert page_.words.count(" ".join(shown(text).split())) >= plain.words.count("plain") - 1 > 20


@pytest.mark.slow
@quick
@given(words)
def test_no_text_at_all_changes_the_shape_of_a_page(text):
    model = BARE.with_(system=AISystem(text, title=text, description=text, owner=text), author=text, notes=text)
    plain = BARE.with_(system=AISystem("a", title="a", description="a", owner="a"), author="a", notes="a")
    assert Structure(to_html(model)).shape == Structure(to_html(plain)).shape
    assert as_github_shows_it(to_markdown(model)).shape == as_github_shows_it(to_markdown(plain)).shape


@pytest.mark.slow
@quick
@given(models())
def test_half_filled_work_is_written_in_both_formats_with_what_is_missing(model):
    for text in (Structure(to_html(model)).words, as_github_shows_it(to_markdown(model)).words):
        for missing in model.missing:
            assert (str(missing) if model.course else missing.what) in text
        for finding in model.assessment.findings:
            assert finding.attribute in text
            assert finding.recommendation in text


@pytest.mark.parametrize("look", [to_html, to_markdown, to_sarif, briefing])
def test_a_character_that_turns_the_text_around_is_named_and_one_that_rings_a_bell_is_replaced(look):
    page_ = look(with_text("invoice\u202egnp.exe\x07\x1b"))
    assert not set(page_) & {"\u202e", "\x07", "\x1b"}
    assert "U+202E" in page_


IN_THE_REPORT = (
    "Job interface", "unknown", "AML.T0010", "Kim", "2026-12-01", "Migration runs", "expired: counts as open",
    "budget=300", "failed", "no bound", "CUSUM", "Two hours a day", "slow-1", "Declare on suspicion", "Reviews due",
    "Platform team", "Tampering", "A. Lovelace", "at most 0.5", "First round.", "Agenda of the next one",
    "Each threat's residual risk", ", held on 2026-11-20: 1 decision.", "no day yet",
    "Nothing has been measured on the system itself yet.", "What to ask next",
)  # fmt: skip


BEFORE_AND_NOW = [f"{assess(system).risk_score:.2f}" for system in (full().before, full().system)]


@pytest.mark.parametrize("said", [*IN_THE_REPORT, full().audit_head, *BEFORE_AND_NOW])
def test_a_full_report_says_it_in_html_and_in_markdown(said):
    assert said in Structure(to_html(full())).words
    assert said in as_github_shows_it(to_markdown(full())).words


def test_a_plan_s_criteria_are_told_from_the_regression_bounds_of_toy_attacks():
    said = as_github_shows_it(to_markdown(full())).words
    assert "Regression bound" in said
    assert "the plan's criteria of success are targets" in said


def test_a_plan_says_how_many_of_its_steps_close_what_nobody_has_looked_at():
    model = full()
    unknown = [step.control for step in model.plan.steps if model.system[step.control] is None]
    words = "steps are here because nobody has said"
    assert f"{len(unknown)} {words}" in to_markdown(model)
    assert words not in to_markdown(model.with_(system=model.system.with_(**dict.fromkeys(unknown, False))))


def test_an_answer_that_has_changed_is_told_from_the_note_on_the_first_one():
    control = "| Authenticate every caller and operator<br>`authentication_enforced` |"
    row = next(line for line in to_markdown(full()).splitlines() if line.startswith(control))
    assert "**yes** | changed: at first no<br>noted then: stated: the job interface supports no" in row


def in_a_file(*models):
    return to_sarif(*models, sources=[Source("m.toml")] * len(models))


EXAMPLES = pytest.mark.parametrize("write", [to_markdown, to_html, in_a_file, briefing])


@EXAMPLES
def test_an_example_says_so_wherever_it_goes_ticks_no_assessment_and_is_missing(write):
    model = full().with_(example=True)
    assert EXAMPLE in write(model)
    assert EXAMPLE not in write(full())
    assert [item.id for item in checklist(model) if not item.done] == ["assessment"]
    assert [each.part for each in model.missing] == ["example"]


def test_an_exercise_that_no_person_played_says_so_ticks_nothing_and_is_missing():
    scripted = full().with_(tabletop=from_exercise(run_unattended("shadowray")))
    assert [item.id for item in checklist(scripted) if not item.done] == ["tabletop"]
    assert [each.part for each in scripted.missing] == ["tabletop"]
    assert UNATTENDED in as_github_shows_it(to_markdown(scripted)).words
    assert scripted.tabletop.title not in briefing(scripted)


def test_whose_incident_an_exercise_retells_is_said_in_report_and_briefing():
    ours = full().with_(tabletop=from_exercise(begin("shadowray").decide("declare")))
    for text in (to_markdown(ours), briefing(ours)):
        assert f"happened to another organization ({ours.tabletop.case})" in text
        assert "another organization" not in text.replace(f"another organization ({ours.tabletop.case})", "")
    assert "another organization" not in to_markdown(full())


def test_a_report_shows_each_threat_s_risk_now_at_first_and_after_the_plan():
    planned = assess(full().system.with_(**{step.control: True for step in full().plan.steps})).by_threat
    table = to_markdown(full()).partition("Residual risk by threat")[2]
    assert "| Threat | Likelihood | Impact | Residual risk now | At first | After the plan | Policy today |" in table
    for threat, now in full().assessment.by_threat.items():
        how, at_first = full().assessment.explain(threat), full().first_assessment.by_threat[threat]
        figures = (how.likelihood, how.impact, now, at_first, planned[threat])
        title = catalog().threats[threat].title
        said = next(line for line in table.splitlines() if line.startswith(f"| {title}"))
        assert f" | {' | '.join(f'{each:.2f}' for each in figures)} | " in said
        assert ("**at most 0.2: " in said) == bool(now), "what doesn't apply keeps no bound"
        assert ("| does not apply |" in said) == (not now)
        assert "unknown" not in said
    assert "it applies if the system uses tools" in to_markdown(BARE), "nobody has said that it has none"
    assert "After the plan" not in to_markdown(full().with_(plan=None))
    assert "At first" not in to_markdown(full().with_(before=full().system))


def test_flows_of_what_is_left_out_of_scope_are_not_listed():
    drawing = full().drawing
    whole = to_markdown(full().with_(drawing=replace(drawing, exclusions=())))
    for crossing in drawing.crossings:
        row = f"| {crossing.number} | {crossing.flow.source} \u2192 {crossing.flow.target} |"
        assert row in whole
        assert (row in to_markdown(full())) == drawing.in_scope(crossing.flow)


def page_words(model):
    return as_github_shows_it(to_markdown(model)).words


# ---- the HTML page


@pytest.fixture(scope="module", params=["bare", "full", "many"])
def html(request):
    every = [ThreatModel(load_system(name)) for name in list_systems()]
    return to_html(*{"bare": [BARE], "full": [full()], "many": every}[request.param])


def test_the_page_loads_nothing_runs_nothing_and_says_so_to_the_browser(html):
    found = Structure(html)
    tags = {tag for tag, _ in found.tags}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form", "video", "audio", "use"}
    for _, name, value in found.attributes:
        assert not name.startswith("on")
        if name in {"href", "src", "action", "data", "srcset", "poster", "xlink:href"}:
            assert re.fullmatch(r"#p[\d-]+", value)
        assert "//" not in (value or "")
    style = html.partition("<style>")[2].partition("</style>")[0]
    assert style
    assert not re.search(r"url\(|@import|//", style)
    assert "default-src 'none'" in html.replace("&#x27;", "'")


def test_every_link_in_the_page_has_its_target(html):
    found = Structure(html)
    targets = [value for _, name, value in found.attributes if name == "id"]
    assert len(targets) == len(set(targets))
    assert {value for _, name, value in found.attributes if name == "href"} <= {f"#{each}" for each in targets}


def test_the_page_can_be_read_aloud_headings_in_order_headers_with_scope_a_picture_in_words(html):
    found = Structure(html)
    assert ("html", "lang", "en") in found.attributes
    levels = [int(tag[1]) for tag, _ in found.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all("scope" in names for tag, names in found.tags if tag == "th")
    tables = sum(tag == "table" for tag, _ in found.tags)
    assert tables == sum(tag == "caption" for tag, _ in found.tags) > 0
    pictures = html.count('role="img"')
    assert pictures == ("ShadowRay cluster" in html and "Kim" in html)  # only the full one has a drawing
    assert pictures == html.count("<title>Data flows of") == html.count("<desc>")


def test_the_page_is_made_for_paper_too():
    style = to_html(BARE)
    for rule in ("@media print", "@page", "break-inside: avoid", "table-header-group", "prefers-color-scheme: dark"):
        assert rule in style


def test_several_systems_make_one_page_with_an_overview_in_their_order():
    names = ["tay", "shadowray"]
    text = Structure(to_html(*(ThreatModel(load_system(name)) for name in names))).words
    assert text.startswith("Threat model: 2 systems")
    assert text.index("Tay") < text.index("ShadowRay cluster")


def test_the_report_of_the_lessons_three_checks_knows_no_threats():
    core = ThreatModel(AISystem("x", rbac_configured=True), ruleset="core")
    assert "The three checks of ruleset core know no threats" in to_markdown(core)
    assert "The risk score is 0.60 of 1, with 2 findings (2 HIGH)." in to_markdown(core)


def test_in_a_report_on_several_systems_a_missing_section_is_named_once_and_takes_no_room():
    text = to_markdown(BARE, full())
    assert text.count("### Operation") == 1
    assert text.count("## Evidence") == 1
    assert text.count("- a tabletop exercise that people have played\n") == 1


@pytest.mark.parametrize("write", [to_markdown, to_html, to_json, to_sarif, briefing])
@pytest.mark.parametrize("model", [BARE, ThreatModel(load_system("tay")), full()], ids=["bare", "tay", "full"])
def test_only_a_report_from_the_course_speaks_of_its_notebooks(write, model):
    text = write(model.with_(course=False))
    assert not re.search(r"notebooks? ?0?\d|lesson's|\bcourse\b(?!\": false)", text)
    if model.missing and write in (to_markdown, to_html, to_json):
        assert "notebook" in write(model.with_(course=True))


def test_a_page_has_the_same_sections_however_much_is_filled_in():
    of_both = [[each.title for each in page(model).sections if not each.appendix] for model in (BARE, full())]
    assert of_both[0] == of_both[1]
