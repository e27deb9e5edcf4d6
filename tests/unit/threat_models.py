"""Threat models for the tests of reports: a bare one, a full one, and one with any text wherever a learner may type."""

from datetime import date
from functools import cache

from hypothesis import strategies as st

from tests.unit.strategies import CONTROLS, THREATS, examples, systems
from threatlab import AISystem, AuditLog, load_system
from threatlab.dataflow.files import load_drawing
from threatlab.operate.reviews import review_calendar
from threatlab.plan import make_plan
from threatlab.policy import Policy
from threatlab.report import AlertChoice, Decision, Evidence, Moral, Tabletop, ThreatModel, Training

TODAY = date(2026, 12, 1)
quick = examples(15)
"""A page takes longer to draw than a score to work out; each fault that these tests were tried on was found by ten."""

BARE = ThreatModel(AISystem("support-bot"))


@cache
def full():
    """A threat model in which nothing is missing, with a broken policy and an expired acceptance."""
    first = load_system("shadowray")
    not_so = ("uses_tools", "acts_without_approval", "learns_from_user_input", "uses_retrieval")
    of_agents = ("uses_third_party_tools", "works_with_agents", "keeps_memory", "holds_credentials")
    answers = dict.fromkeys((*not_so, *of_agents, "ingests_untrusted_content"), False)
    system = first.with_(secrets_in_vault=True, authentication_enforced=True, **answers)
    log = AuditLog()
    log.append({"action": "assessment", "risk_score": 0.7})
    plan = make_plan(system, 20, start=TODAY)
    owners = {step.control: "Kim" for step in plan.steps}
    policy = Policy(max_risk=0.5, max_per_threat=0.2, min_utility=0.9)
    policy = policy.accept("encryption_enabled", "The data is public", "A. Turing", "2026-11-30")
    return ThreatModel(
        system,
        before=first,
        drawing=load_drawing("shadowray"),
        policy=policy.accept("rbac_configured", "Migration runs", "Ops", "2027-02-01"),
        found={"staff_trained": date(2026, 3, 1)},
        plan=make_plan(system, 20, owners=owners, start=TODAY),
        evidence=(
            Evidence("extraction", "top1", 0, 0.62, 0.1, 0.95, "fidelity", {"budget": 300, "pool": "x"}, 0.7, 0.9),
            Evidence("poisoning", "none", 0, 0.98, 0.01, 0.96, "back door", success_at_most=0.5),
            Evidence("evasion", "smoothing", 3, 0.55, 0.05, 0.9),
        ),
        monitoring=AlertChoice(
            "CUSUM", 16.0, "Two hours a day are there", 29, ("slow-1",), 14.5, 432, 0.41, 0.83, 143.2
        ),
        tabletop=Tabletop(
            "The cluster that never rests",
            finished=True,
            decisions=(Decision("Tue 07:40", "A job", "incident lead", "Declare", "It is contained", "sure"),),
            lessons=(Moral("change", "Declare on suspicion", "security engineer"), Moral("keep", "Traces were kept")),
            held_on=date(2026, 11, 20),
        ),
        reviews=review_calendar([system], TODAY),
        training=(Training("Platform team", TODAY, "the briefing", "A. Lovelace"),),
        audit_head=log,
        author="A. Lovelace",
        made_on=TODAY,
        notes="First round.",
    )


@cache
def with_text(text):
    """A threat model that has `text` in every place where a learner may type."""
    model, system = full(), full().system
    named = AISystem(
        text, title=text, description=text, source=text, owner=text,
        notes=dict.fromkeys(system.known, text), **system.known,
    )  # fmt: skip
    policy = Policy(max_risk=0.5).accept("rbac_configured", text, text, "2027-02-01")
    return model.with_(
        system=named,
        policy=policy,
        plan=make_plan(named, 20, way="quick_wins", owners=dict.fromkeys(CONTROLS, text), start=TODAY),
        evidence=(Evidence(text, text, 0, 0.5, 0.1, 0.9, text, {text: text}),),
        monitoring=AlertChoice(text, 1, text, 3, (text,), 1.5),
        tabletop=Tabletop(text, True, (Decision(text, text, text, text, text, text),), (Moral("keep", text, text),)),
        reviews=review_calendar([named], TODAY),
        training=(Training(text, TODAY, text, text),),
        author=text,
        notes=text,
    )


HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>&lt;b&gt;</td></table>",
    "| a | `b` **c** _d_ ~~e~~ $f$ [g](https://example.org) ![h](i) <https://example.org> http://a.example a@b.example",
    "# one\n- two\n1. three\n> four\n---\n| five",
    "--> ]]> </style> </svg> {{7*7}} ${HOME} \\| \\` \\",
    "invoice\u202egnp.exe \u2066\u2069 שלום",
    "W" * 400,
    "\x00\x07\x1b[31mred\x1b[0m\x85\ud800",
    "***", "1.", "-", "`", "<!--", "&amp;#x3c;", "www.example.org", "[x] done", "^1^ [^1]: note", ":---|",
)  # fmt: skip
"""What somebody may type, by accident or to see what happens."""

_LINES = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
words = st.text(st.characters(exclude_characters=_LINES), min_size=1, max_size=60).filter(str.strip)
shares = st.floats(0, 1)
days = st.dates(date(2020, 1, 1), date(2035, 1, 1))

evidence = st.builds(
    Evidence,
    words,
    words,
    st.integers(0, 2**32 - 1),
    shares,
    shares,
    shares,
    st.just("") | words,
    st.dictionaries(words, words | st.booleans() | st.integers(-9, 9) | st.floats(-1e9, 1e9), max_size=2),
    st.none() | shares,
    st.none() | shares,
)
trainings = st.builds(Training, words, days, words, words)
tabletops = st.builds(
    Tabletop,
    words,
    st.booleans(),
    st.lists(
        st.builds(Decision, words, words, st.just("") | words, words, words, words, st.lists(words, max_size=2)),
        max_size=2,
    ),
    st.lists(st.builds(Moral, st.sampled_from(["keep", "change"]), words, words, st.none() | days), max_size=2),
    st.none() | days,
    st.booleans(),
)
alerts = st.builds(
    AlertChoice, words, st.floats(0, 1e6), words, st.integers(0, 999), st.lists(words, max_size=2), st.floats(0, 99),
    st.integers(0, 99), st.none() | shares, st.none() | shares, st.none() | st.floats(0, 1440),
)  # fmt: skip


@st.composite
def models(draw):
    """Threat models with any of their parts filled in, or none."""
    system, policy = draw(systems()), None
    if draw(st.booleans()):
        bounds = draw(st.dictionaries(st.sampled_from(THREATS), shares, max_size=2))
        policy = Policy(draw(shares), draw(st.none() | shares), bounds)
        if draw(st.booleans()):
            policy = policy.accept(draw(st.sampled_from(CONTROLS)), draw(words), draw(words), draw(days))
    return ThreatModel(
        system,
        before=draw(st.none() | systems()),
        ruleset=draw(st.sampled_from(["ai", "core"])),
        drawing=draw(st.none() | st.just(load_drawing("shadowray"))),
        policy=policy,
        found=draw(st.dictionaries(st.sampled_from(CONTROLS), days, max_size=2)),
        plan=make_plan(system, 6, way="quick_wins", start=draw(st.none() | days)) if draw(st.booleans()) else None,
        evidence=draw(st.lists(evidence, max_size=2)),
        monitoring=draw(st.none() | alerts),
        tabletop=draw(st.none() | tabletops),
        reviews=review_calendar([system], draw(days), months=3) if draw(st.booleans()) else (),
        training=draw(st.lists(trainings, max_size=2)),
        audit_head=draw(st.sampled_from(["", "ab" * 32])),
        author=draw(st.just("") | words),
        course=draw(st.booleans()),
        made_on=draw(st.none() | days),
        notes=draw(st.just("") | words),
    )
