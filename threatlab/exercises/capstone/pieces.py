"""What lesson 07 has its reader write: what is right goes into the report or is built on, and nothing else is."""

from __future__ import annotations

from threatlab.exercises.capstone import against, written
from threatlab.exercises.question import Question, in_steps
from threatlab.exercises.scope.way_in import WAY_IN, names_a_way_in

w1 = Question(
    id="capstone.w1",
    title="A part that is left out of scope, and why",
    judge=written.leaves_out,
    hints=in_steps(
        "The cell above says of each part what speaks against leaving it out. Take one with nothing.",
        "Its name, the reason, a name and a day, in parentheses. If no part is free, the answer is None.",
    ),
    because="A reason names what somebody else does about the part. That it is far away or old is none.",
    covers=("practice-document",),
    fills='(free[0], "Finance audits every run of it, each quarter", "Kim", "2027-06-30") if free else None',
    claims={
        "matters": "A part on which a fact, an effect or a trust boundary hangs can be left out.",
        "over": "What is left out may be looked at again before it was left out.",
        "nothing-free": "No part can be left out.",
    },
)
w2 = Question(
    id="capstone.w2",
    title="Who knows what nobody has proved",
    judge=against.whom_to_ask,
    hints=in_steps(
        "The cell above names what would move the score most, if it were known.",
        'A pair: ("Protect agent memory", "Noor").',
    ),
    because="An unknown is a question, and a question has somebody who can answer it.",
    covers=("practice-document",),
    fills=(
        '(next((c.title for c in catalog().controls.values() if not found.notes.get(c.id)), "none"), '
        '"The platform team\'s lead")'
    ),
    claims={
        "known": "Somebody has to be asked about what already has a source.",
    },
)
w3 = Question(
    id="capstone.w3",
    title="The worst threat as a scene",
    judge=written.scene,
    hints=in_steps(
        "Begin with a person or a place of your drawing: who writes there, or who reads?",
        '"A stranger writes into the Case files that ..., and the Assistant ..."',
    ),
    because="A scene has a place, a deed and a harm. Whoever knows the system can say that it can't happen so.",
    covers=("summary-layered",),
    fills='f"A stranger leaves a text at {elements[0]}, and {elements[-1]} passes it on as if it were ours"',
    claims={
        "short": "A few words make a scene.",
        "nowhere": "A scene need not name a part of the drawing.",
    },
)
w4 = Question(
    id="capstone.w4",
    title="What the attacker may reach at most",
    judge=written.bound,
    hints=in_steps(
        "It is a share: 0 is nothing, 1 is everything.", "What could you still explain to the people concerned? 0.1?"
    ),
    because="A bound that is named after the measurement is always kept.",
    covers=("practice-document",),
    fills="0.5",
    claims={
        "no-bound": "A bound of everything, or of nothing at all, can be kept or broken.",
    },
)
w5 = Question(
    id="capstone.w5",
    title="What would be good enough",
    judge=written.policy,
    hints=in_steps(
        "Policy(max_risk=..., max_per_threat=..., min_utility=...), each between 0 and 1.", "Begin with max_risk=0.5."
    ),
    because="Written before the plan, it can be broken by the plan. Written after it, it never is.",
    covers=("practice-document",),
    fills="Policy(max_risk=0.5, max_per_threat=0.25, min_utility=0.9)",
    claims={
        "everything": "A policy may accept every risk.",
        "zero": "A risk of zero can be asked for.",
    },
)
w6 = Question(
    id="capstone.w6",
    title="A person for each role",
    judge=written.people,
    hints=in_steps(
        'A dict: {"platform engineer": "Noor", ...}, with each role that the cell above prints.',
        "One person may have several roles.",
    ),
    because="A role answers no mail. A person does.",
    covers=("practice-document",),
    fills='dict.fromkeys(roles, "Kim")',
    claims={
        "nobody": "A role can answer without a person in it.",
    },
)
w7 = Question(
    id="capstone.w7",
    title="Why this can wait, and until when",
    judge=written.acceptance,
    hints=in_steps(
        "What makes the harm small, rare or easy to undo until then?",
        '("Only one team uses it until then, and it can undo ...", "2027-03-31")',
    ),
    because="The reason says why it is bearable now, and the day makes somebody look again.",
    covers=("practice-document",),
    fills='("Until then one team uses it, and can undo what it does", start + timedelta(days=120))',
    claims={
        "means": "Money makes a risk bearable.",
        "no-end": "An acceptance may last for years.",
    },
)
w8 = Question(
    id="capstone.w8",
    title="The layer that gets an account of its own",
    judge=against.apart,
    hints=in_steps(
        "Which layers hang on what is named above? Its administrators, its vendor, its pipeline?",
        "A layer's name, such as Operations, between quotes.",
    ),
    because="What is split off can still fail, but alone.",
    covers=("summary-layered",),
    fills='catalog().layers[shared.layers[0]].title if shared.layers else "none"',
    claims={
        "not-hanging": "Any layer gains by an account of its own.",
    },
)
w9 = Question(
    id="capstone.w9",
    title="A threshold, and why that one",
    judge=written.threshold,
    hints=in_steps(
        "Find the row whose hours you have. Whom does it miss?",
        'A pair: (16, "... hours are there, and Ghost ...")',
    ),
    because="The threshold is a price: hours on one side, attackers on the other.",
    covers=("practice-document",),
    fills=(
        "(choice.threshold, 'The shift has these hours, and each week somebody looks for ' "
        "+ (', '.join(choice.missed) or 'nobody'))"
    ),
    claims={
        "nobody-caught": "A threshold that catches nobody costs nothing.",
        "unnamed": "Who is missed need not be named.",
    },
)
w10 = Question(
    id="capstone.w10",
    title="What the attacker would have met at yours",
    judge=against.bears_on_it,
    hints=in_steps(
        "Is the attack stopped, slowed or seen by something that you have, or that your plan builds?",
        'A control\'s name between quotes; or "nothing".',
    ),
    because="A rehearsal is about your own controls, or it is a story.",
    covers=("practice-document",),
    fills=(
        "next((catalog().controls[c].title for c in "
        "threatlab.incidents.controls_that_could(threatlab.incidents.load_incident(story)) "
        'if planned[c] is True), "nothing")'
    ),
    claims={
        "nothing": "Nothing that is in place would have met the attacker.",
        "not-there": "A control that is neither in place nor planned would have met the attacker.",
        "no-step": "Any control changes the attacker's way.",
    },
)
w11 = Question(
    id="capstone.w11",
    title="The day of the first review",
    judge=written.review,
    hints=in_steps(
        "The rule gives the last day. Earlier is allowed.", "start + timedelta(days=30), or a text such as 2026-12-31."
    ),
    because="A review without a day is an intention.",
    covers=("practice-document",),
    fills="start + timedelta(days=28)",
    claims={
        "too-late": "A first review may be today, or after the last day that the rule allows.",
    },
)
w12 = Question(
    id="capstone.w12",
    title="Who was trained",
    judge=written.training,
    hints=in_steps(
        "Only if it has been held. If not, leave the blank: the report then says that it is missing.",
        "Training(who, day, in what, by whom): texts, and a day such as start.",
    ),
    because="It names people, a day, a subject and a speaker, so that somebody can ask them.",
    covers=("checklist-training",),
    fills='Training("Night shift of the service desk", start, "The briefing; what to report, and to whom", "Kim")',
    claims={
        "not-held": "A training that is planned is one that was held.",
    },
)
w13 = Question(
    id="capstone.w13",
    title="What is done next, and by when",
    judge=against.next_item,
    hints=in_steps(
        "Which open item could be there in a month?",
        'A pair: ("Tabletop exercise", "2027-01-15").',
    ),
    because="An open item without a day stays open.",
    covers=("practice-document",),
    fills=(
        '(next((each.title for each in checklist(model) if not each.done), "Tabletop exercise"), '
        "start + timedelta(days=30))"
    ),
    claims={
        "ticked": "An item that is ticked still counts as open.",
        "late": "What is open can wait for more than three months.",
    },
)
w14 = Question(
    id="capstone.w14",
    title="The file that is enough",
    judge=against.enough,
    hints=in_steps(
        "Which of them can load_model read? Try it.",
        "It ends in .json, and is not the system alone.",
    ),
    because="It holds every part of the threat model; the others are written from it.",
    covers=("practice-document",),
    fills='"threat-model.json"',
    claims={
        "lossy": "Any file gives the threat model back.",
    },
)
w15 = Question(
    id="capstone.w15",
    title="The risk that is left, in your words",
    judge=written.defense,
    hints=in_steps(
        "The five questions above, one after the other: number, threat, reason, person and day, what ends it.",
        "Begin: By our own model the risk is ... once the plan is done, and most of that is ...",
    ),
    because="It gives a number and says whose it is, names a person and a day, and says what would end it.",
    covers=("summary-layered",),
    fills=(
        'f"By our own model the risk is {plan.risk_after:.2f} of 1 once the plan is done, and the most of that is '
        "{worst_left}. {owner or 'Nobody yet'} answers for it until {coming.due}. One message to somebody who never "
        'asked, and it is switched off."'
    ),
    claims={
        "short": "Two sentences tell what is left, who answers and what ends it.",
        "contradicts": "A defense may say what the report denies.",
        "no-number": "A defense needs no number.",
        "no-day": "A defense holds for ever.",
        "over": "A defense may hold until a day that is past.",
        "no-stop": "A risk is accepted whatever happens.",
    },
)

w16 = Question(
    id="capstone.w16",
    title="The promise that your worst threat breaks",
    judge=against.breaks_a_promise,
    hints=in_steps(
        "Who would say: you promised that this can't happen? Read the last column of the table.",
        "A letter, such as T, between quotes.",
    ),
    because="The same finding, seen from the other side: which promise is broken, and not which control is missing.",
    covers=("summary-next",),
    fills=(
        "max(STRIDE, key=lambda k: sum(model.assessment.worst_threat in catalog().controls[f.attribute].effectiveness "
        "for f in by_stride(model.assessment)[k]))"
    ),
    claims={
        "letter": "The worst threat breaks another promise than most of its findings say.",
    },
)

w17 = Question(
    id="capstone.w17",
    title="Who would attack, from where, after what",
    judge=names_a_way_in,
    hints=in_steps(
        "Each flow that the cell above prints has somebody at its outer end. Whom of these would you meet first?",
        'Three parts: (2, "author", "Case files"). None, if nothing is drawn.',
    ),
    because="A threat model that names nobody defends against everybody, and so against no one.",
    covers=("summary-layered",),
    fills="next(threatlab.dataflow.who.ways_in(editor.drawing), None) if editor else None",
    claims=WAY_IN,
)

PIECES = (w1, w2, w3, w4, w5, w6, w7, w8, w9, w10, w11, w12, w13, w14, w15, w16, w17)
