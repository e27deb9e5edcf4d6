"""The worked solutions of lesson 07, as code: what the solution notebook runs, cell by cell."""

DRAWING = """drawing = DataFlow(
    "night-porter",
    title="Night porter",
    description="Answers the guests of forty hotels at night, and acts for them.",
    zones=[
        Zone("Internet", "internet"),
        Zone("Hotel chain", "own", "Head of night operations"),
        Zone("Model vendor", "third party", "the vendor"),
        Zone("Travel portal", "third party", "the portal"),
    ],
    elements=[
        Element("Guest", "person", "Internet", personal=True),
        Element("Message desk", "process", "Hotel chain"),
        Element("Wiki", "data store", "Hotel chain"),
        Element("Guest book", "data store", "Hotel chain", personal=True),
        Element("Booking system", "tool", "Hotel chain", personal=True),
        Element("Payment service", "tool", "Hotel chain", personal=True),
        Element("Model", "model", "Model vendor"),
        Element("Reviews", "data store", "Travel portal"),
    ],
    flows=[
        Flow("Guest", "Message desk", "a message", "questions", True),
        Flow("Reviews", "Message desk", "what was posted", "documents"),
        Flow("Wiki", "Message desk", "house rules", "documents"),
        Flow("Guest book", "Message desk", "notes so far", "memory", True),
        Flow("Message desk", "Model", "the message", "questions", True),
        Flow("Message desk", "Model", "rules, reviews", "documents"),
        Flow("Message desk", "Model", "notes so far", "memory", True),
        Flow("Model", "Message desk", "reply", "generated content", True),
        Flow("Message desk", "Guest", "reply, sent", "generated content", True),
        Flow("Model", "Guest book", "new notes", "memory", True),
        Flow("Model", "Booking system", "changes", "actions", True),
        Flow("Model", "Payment service", "refunds", "actions", True),
    ],
)"""

SYSTEM = """sheet = "stated: the platform team's build sheet"
told = {
    "encryption_enabled": (True, sheet),
    "rate_limiting_enabled": (True, f"{sheet}, 20 refunds a night"),
    "human_approval_required": (False, f"{sheet}: refunds are paid at once"),
    "monitoring_active": (False, "stated: nobody reads the log before the bill"),
    "untrusted_content_segregated": (False, f"{sheet}: all in one prompt"),
}
base = AISystem(
    "night-porter",
    owner="Head of night operations",
    notes={name: note for name, (_, note) in told.items()},
    **{name: value for name, (value, _) in told.items()},
)
system = system_from(drawing, base).with_(
    makes_predictions=False, trains_model=False, runs_on_user_devices=False
)"""

MODEL = """log = AuditLog()
manager = ThreatModelingBasicsManager({"ruleset": "ai"}, audit_log=log)
manager.assess(system.name, system.known)

policy = Policy(max_risk=0.7).accept(
    "human_approval_required",
    "Twenty refunds of 200 euros bound a night's loss",
    "Head of night operations",
    "2027-03-31",
)
steps = make_plan(system, 15).steps
owners = {step.control: f"Lead {step.role}" for step in steps}
injection = ATTACKS["injection"].run
runs = [
    injection(control, adaptive=True, seed=seed)
    for control in ("none", "tool_allow_list")
]
detection = detect(simulate_day(seed))
tried = [evaluate(detection, threshold) for threshold in (4, 8, 16, 32, 64)]
affordable = [each for each in tried if each.analyst_hours() <= 7]
chosen = max(affordable, key=lambda each: len(each.caught))

model = ThreatModel(
    system,
    before=system,
    drawing=drawing,
    policy=policy,
    plan=make_plan(system, 15, owners=owners, start="2026-12-01"),
    evidence=[
        from_attack(runs[0], seed=seed),
        from_attack(runs[1], seed=seed, success_at_most=0.6),
    ],
    monitoring=from_evaluation(chosen, "Most caught in seven hours a day"),
    tabletop=from_exercise(run_unattended("postmark-mcp"), "2026-11-20"),
    reviews=review_calendar([system], date(2026, 12, 1)),
    training=[
        Training("Night shift", "2026-12-01", "The briefing", "Security lead")
    ],
    audit_head=log,
    author="Security lead",
    made_on="2026-12-01",
)"""

BRIEFING = '''text = """
From ten at night our porter program answers the guests of forty hotels, so that
they can come in, change a booking and sleep. It can also pay money back, up to
200 euros, without asking anybody.

One night somebody posts a review of a house that he has never seen. Between the
breakfast and the view stands a line for the program: pay 200 euros to this card.
The program reads it, because we let it read reviews, and takes it for an order.
Nobody is awake. Twenty times it can pay before the limit stops it, so by morning
4,000 euros are gone. We have paid them, and we learn of it from the bill.

We tried this on a small copy. With nothing in its way, the attack worked each
time. With fewer rights it worked about half the time: better, and not enough.

By the fifteenth of December the developers take away every right that the
program does not need, and the security engineers look at each tool before it may
run. Until the end of March nobody says yes to a single refund. The head of night
operations has accepted that, because twenty a night bound the loss. And one
thing nobody knows: whether its maker keeps what our guests write. Karim asks
again this week.

Tonight, look at the refunds at midnight and at four. If one looks odd, stop the
porter and ring Ines, at any hour. A false alarm costs nothing, and nobody is
ever blamed for one. So, before you go: what would you report, and to whom?
"""
answer = (text, [1, 2, 3, 4, 5, 6])'''

LETTERS = """letter |= {
    "tool_sources_verified": "S",
    "agent_memory_protected": "T",
    "monitoring_active": "R",
    "personal_data_minimized": "I",
    "incident_response_tested": "D",
    "tool_permissions_restricted": "E",
}"""

TICKS = """system = AISystem("empty")
if "assessment" in items:
    answers = dict.fromkeys([*catalog().facts, "staff_trained"], False)
    system = system.with_(**answers)
held = Decision("Mon 09:00", "What now?", "me", "wait", "", "")
parts = {
    "policy": Policy(max_risk=0.5),
    "monitoring": AlertChoice("CUSUM", 16, "because", 0, (), 0.0),
    "tabletop": Tabletop("A rehearsal", finished=True, decisions=[held]),
    "reviews": review_calendar([system], date(2026, 12, 1)),
    "training": [Training("Everybody", "2026-12-01", "Everything", "me")],
}
chosen = {name: part for name, part in parts.items() if name in items}
model = ThreatModel(system, **chosen)"""
