"""The questions of lesson 06: a threshold, a detector, a tabletop from another chair, a new threat, Monday's page."""

from __future__ import annotations

from threatlab.exercises.operate.detector import mends_the_detector
from threatlab.exercises.operate.news import KEYS, enters_the_threat, writes_the_page
from threatlab.exercises.operate.tabletop import STORY, plays_the_seat
from threatlab.exercises.operate.threshold import chooses_by_cost
from threatlab.exercises.question import Question

q1 = Question(
    id="operate.q1",
    title="A threshold for a team of two",
    judge=chooses_by_cost,
    expects="a function of a table, hours and a loss per query that returns a threshold",
    hints=(
        (
            "Two steps: which rows can this team read at all, and which of those costs least? The second needs a sum "
            "of two costs."
        ),
        (
            "add_costs(table, hourly_rate=80, loss_per_query=...) adds a column cost. An alert takes half an hour: "
            "keep the rows where alerts * 0.5 is at most hours."
        ),
        "fits.loc[fits['cost'].idxmin(), 'threshold'] is the threshold of the row with the least cost.",
    ),
    answer="""def choose(table, hours, loss_per_query):
    costs = add_costs(
        table, hourly_rate=80, loss_per_query=loss_per_query
    )
    fits = costs[costs["alerts"] * 0.5 <= hours]
    threshold = fits.loc[fits["cost"].idxmin(), "threshold"]
    return threshold""",
    because="The hours are a wall: an alert that nobody has time for protects nobody. Inside the wall there is a "
    "trade: an alert costs forty, and is worth it if it saves more than that in queries. So the same day has several "
    "right thresholds, and which one is yours depends on two numbers that no log contains: your team, and what a "
    "query is worth to the one who copies.",
    covers=("checklist-monitoring", "core-monitoring"),
    seconds=20.0,
)

q2 = Question(
    id="operate.q2",
    title="A detector with three faults",
    judge=mends_the_detector,
    expects="a function of a list of windows that returns a dict from clients to window numbers",
    hints=(
        (
            "Follow one honest client through the small day, then Ida, and print baseline, fleet and sum in each "
            "window. Which of the three moves when it should not, or stays when it should move?"
        ),
        (
            "One fault lies in what a client is compared with, one in how the fleet's mean is made, and one in what "
            "happens to a sum in good times."
        ),
        (
            "Compare with the mean over clients of each client's own mean, in the same window; and never let a sum "
            "fall below zero: max(0.0, ...)."
        ),
    ),
    answer="""def watch(windows):
    sums, alerts = {}, {}
    for number, window in enumerate(windows):
        means = {client: mean(seen) for client, seen in window.items()}
        fleet = mean(means.values())
        for client, value in means.items():
            gap = fleet - value
            sums[client] = max(0.0, sums.get(client, 0.0) + gap - SLACK)
            if sums[client] >= THRESHOLD:
                alerts.setdefault(client, number)
    return alerts""",
    because="Compared with this morning, a change of the world is an attack by everybody. With a vote for each "
    "request, the loudest client is its own yardstick. And without a floor at zero, good behavior is saved up like "
    "money, to be spent later: patience is what a careful attacker has most of.",
    covers=("core-monitoring",),
)

q3 = Question(
    id="operate.q3",
    title="The mail with one recipient more, from the analyst's chair",
    judge=plays_the_seat,
    expects=f"a list of decisions on {STORY!r}, each a dict with option, by and note",
    hints=(
        (
            "Play it: now = begin('postmark-mcp'), then now = now.decide('log', by='security analyst', note='...'), "
            "and read now.log[-1].consequence and now.figures after each step. now.may_decide says who may."
        ),
        (
            "Hours for the attacker are won at the first and the third message, and the rest is decided by what you "
            "know: at the second message learn where else it runs, at the fourth keep what can tell you whom it hit."
        ),
        (
            "Search everywhere, keep the server, make worthless what is still valid. Those who cost a few hours of "
            "service save the questions that nobody could answer later."
        ),
    ),
    answer="""def decision(option, by, note):
    return {"option": option, "by": by, "note": note}


analyst = "security analyst"
answers = [
    decision("log", analyst, "proof first, and service goes on"),
    decision("search", "ML engineer", "one copy missed is the next incident"),
    decision("remove", analyst, "a stranger's code never reads mail again"),
    decision("keep", "incident lead", "we will be asked whom it hit"),
    decision("valid", analyst, "the copied log tells which still open"),
    decision("list", "business owner", "each hears what was copied of theirs"),
    decision("official", "business owner", "pinned, and two people read it"),
    decision("again", analyst, "the same cause, so the same incident"),
]""",
    because="Nobody at the table is wrong: tenant care wants the agent back, the developer wants a clean server, and "
    "you want evidence. The four decisions that are not yours are handed over with a reason, which is what a plan is "
    "for: at three in the morning nobody should find out who may take a service down. Other ways through the story "
    "keep the bounds, too.",
    covers=("checklist-tabletop", "ops-alignment"),
)

q4 = Question(
    id="operate.q4",
    title="A new threat, as one entry",
    judge=enters_the_threat,
    expects="a TOML text with one table, as with_threat() takes it",
    hints=(
        (
            "Who can invent a name: which single fact must be true? That goes into applies_when_any. What makes it "
            "likelier that the invented name is installed goes into raised_by."
        ),
        (
            "The chance of a year is made of several: a name is invented, somebody has registered just that one, it is "
            "installed, and the code does harm. The study measured the first."
        ),
        (
            "generates_content; raised by uses_tools and acts_without_approval. Controls: what reads a list of "
            "packages before it is installed, a person's yes, a sandbox around what runs."
        ),
    ),
    answer='''entry = """
[invented_package]
title = "Invented package"
about = "A model names a package that does not exist; a stranger has published it."
stride = "T"
applies_when_any = ["generates_content"]
likelihood = 0.03
likelihood_why = "Judged: invented often; one must be registered, and run."
raised_by = { uses_tools = 0.1, acts_without_approval = 0.2 }
impact = 0.6
impact_why = "Judged: a stranger's code runs, with our rights."
impact_raised_by = { acts_without_approval = 0.1 }

[invented_package.countered_by.dependencies_scanned]
value = 0.6
source = "judged"
why = "Only pinned and known packages are installed; a new name is looked at."

[invented_package.countered_by.human_approval_required]
value = 0.3
source = "judged"
why = "Somebody reads the command, and may notice the name."

[invented_package.countered_by.execution_sandboxed]
value = 0.5
source = "judged"
why = "The code runs, and reaches neither keys nor the network."
"""''',
    because="The catalog learns of a threat by data, not by code: who is hit follows from the facts, and the same "
    "evening each system has a new score. The study's percentages are not the likelihood: they say how often a name "
    "is invented. What is missing between that and a robbery is judged, and the entry says so.",
    covers=("core-improvement",),
)

q5 = Question(
    id="operate.q5",
    title="Monday's page",
    judge=writes_the_page,
    expects=f"a function of systems, an incident and a date that returns a dict with {', '.join(KEYS)}",
    hints=(
        (
            "Begin with the list of systems that are hit; all three answers need it. Two conditions: the incident's "
            "threat applies, and a replay against this system is stopped nowhere."
        ),
        (
            "assess(system).by_threat[incident.threat] > 0, and replay(incident, system).stopped_at is None. For the "
            "engineers: try each control of incident.missing with system.with_(**{control: True})."
        ),
        (
            "review_calendar(systems, start) is sorted by date: the first review of each system is the one to keep. "
            "Then overwrite the dates of those that are hit."
        ),
    ),
    answer="""def monday(systems, incident, start):
    hit = [
        system
        for system in systems
        if assess(system).by_threat[incident.threat] > 0
        and replay(incident, system).stopped_at is None
    ]

    def risk_left(control):
        mended = [system.with_(**{control: True}) for system in hit]
        return sum(assess(system).risk_score for system in mended)

    due = {}
    for review in review_calendar(systems, start):
        due.setdefault(review.system_id, review.due)
    due |= {system.name: start + timedelta(days=7) for system in hit}
    page = {
        "executive": [system.name for system in hit],
        "ML engineer": min(incident.missing, key=risk_left) if hit else None,
        "security lead": sorted((day, name) for name, day in due.items()),
    }
    return page""",
    because="Three people, one list of systems that are hit: the executive gets names, the engineers one thing to "
    "build, and the security lead the dates. Had each worked out a list of their own, Monday's meeting would be about "
    "whose list is right. The calendar's rhythm is for weeks without news; a system that is hit doesn't wait for it.",
    covers=("practice-informed", "ops-dashboards", "ops-alignment", "checklist-reviews", "step-operationalization"),
    seconds=20.0,
)

QUESTIONS = (q1, q2, q3, q4, q5)
