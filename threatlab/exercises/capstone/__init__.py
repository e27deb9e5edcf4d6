"""The questions of lesson 07: a drawing, a whole threat model, a briefing, letters, and ticks with nothing behind."""

from __future__ import annotations

from textwrap import indent

from threatlab.exercises.capstone import answers as worked
from threatlab.exercises.capstone.drawing import draws_the_porter
from threatlab.exercises.capstone.model import BUDGET, models_the_porter
from threatlab.exercises.capstone.report import briefs_the_staff, letters_each_once, ticks_exactly
from threatlab.exercises.question import Question

q1 = Question(
    id="capstone.q1",
    title="The night porter, drawn",
    judge=draws_the_porter,
    expects="a DataFlow with zones, elements and flows",
    hints=(
        (
            "Read the description with a pencil: each place where something lies or runs is an element, each verb a "
            "flow. Then run the cell below the question, and read why each fact is true or not."
        ),
        (
            "In the prompt lie a guest's message (questions), notes of earlier stays (memory), house rules "
            "(documents, from a data store of yours), and reviews (documents, from somebody else's place). Each is a "
            "flow of its own, all the way to the model."
        ),
        (
            "Out of the model: generated content to the message desk, memory to the guest book, actions to both "
            "tools. No training data, no decisions, and complete stays False."
        ),
    ),
    answer=worked.DRAWING,
    because=(
        "Nobody wrote into the description that the system reads untrusted content, or that it acts without approval. "
        "Both follow from where flows begin and where they end. And the drawing isn't declared complete, since one "
        "thing nobody knows: what the vendor does with the messages."
    ),
    covers=("summary-layered",),
)

q2 = Question(
    id="capstone.q2",
    title="The whole threat model",
    judge=models_the_porter,
    expects="a ThreatModel of the night porter",
    hints=(
        (
            "Begin with the system: system_from(drawing, base), where base is an AISystem that holds the controls and "
            "their notes; then with_(...) for the facts that the description denies. Then hand in "
            "ThreatModel(system): its own list of gaps says what comes next, and in which notebook it was made."
        ),
        (
            f"make_plan(system, {BUDGET}, start=..., owners=...) needs owners, a dict from control to name: make it "
            "once to see the steps, and again with a name for each. from_attack, from_evaluation and from_exercise "
            "make the records of what you ran. The head of the audit log is there once a manager has written to it."
        ),
        (
            "Policy(max_risk=...).accept(control, reason, owner, expires) returns the policy with an acceptance: of a "
            "finding that is known, that the plan leaves open, and for half a year at most."
        ),
        (
            'Evidence: from_attack(ATTACKS["injection"].run("none", adaptive=True)), and the same with a control in '
            'place of "none" and success_at_most=... Threshold: from_evaluation(chosen, reason), where chosen is an '
            "evaluate(detect(simulate_day(seed)), threshold), whose analyst_hours() says what it costs."
        ),
    ),
    answer=f"{worked.SYSTEM}\n\n{worked.MODEL}",
    because=(
        "A threat model is finished when it says itself what is not: here the vendor's silence. Five of six items "
        "tick, and the first does not, which is the honest state on this day. Writing False into the open question "
        "would have given six ticks, a lower score, and one sentence in the report that nobody can stand behind."
    ),
    covers=("practice-document", "summary-layered"),
    seconds=30.0,
)

q3 = Question(
    id="capstone.q3",
    title="Five minutes for the night shift",
    judge=briefs_the_staff,
    expects="a pair of your text and the numbers of the points that it meets",
    hints=(
        (
            "Tell one night: a guest, a message, what goes out, who notices, who pays. Then what changes, and what "
            "the listener can do."
        ),
        (
            "A skeleton: We let ... answer for .... One night, somebody .... Until ..., ... will .... What we don't "
            "know is .... If you see ..., call .... Check the text alone first: you get the points. Then (text, [1, "
            "2, ...]) with your own marks."
        ),
    ),
    answer=worked.BRIEFING,
    because="People remember one night and one telephone number. The report holds everything else, for those who ask. "
    "Whether your text does that, no program can tell: you marked it, and a colleague should mark it again.",
    covers=("checklist-training",),
)

q4 = Question(
    id="capstone.q4",
    title="Six findings, six letters",
    judge=letters_each_once,
    expects="a dict from six findings to six letters, each used once",
    hints=(
        (
            "Begin with the findings that break one promise only: a changed note, a deed that nobody can prove, a "
            "name that somebody learns. Their letters are then gone for the others."
        ),
        (
            "Three are left: S, D and E. One of the findings is about a name that was believed, one about a service "
            "that stays away, and one about rights that nobody needed."
        ),
    ),
    answer=worked.LETTERS,
    because=(
        "A letter is a question to ask, not a drawer to put things in: three of the six findings belong under "
        "several. That is how the next lesson uses them: it goes through each element of the drawing six times, and "
        "does not care if the same control turns up twice."
    ),
    covers=("summary-next",),
)

q5 = Question(
    id="capstone.q5",
    title="Ticks on demand",
    judge=ticks_exactly,
    expects="a function of a set of items that returns a ThreatModel",
    hints=(
        (
            "Begin with a model in which nothing ticks, and add one part for each item that is asked for. "
            "print(*checklist(model), sep='\\n') says of each item what it lacks."
        ),
        (
            "parts is a dict from each item to its artifact; ThreatModel(system, **chosen) takes those that are in "
            "items. The first item is no part: it lies in what the system answers."
        ),
        "Every fact False and one control False is an assessed system. The reviews need the system's own name.",
    ),
    answer=f"def model_with(items):\n{indent(worked.TICKS, '    ')}\n    return model",
    because=(
        "A tick proves that an artifact is there. These are there, and worth nothing: nobody chose that threshold, "
        "nobody rehearsed, nobody was trained. So a list of ticks is handed over with the artifacts beside it, and "
        "the reader opens one at random."
    ),
    covers=("practice-document", "checklist-training"),
    seconds=20.0,
)

QUESTIONS = (q1, q2, q3, q4, q5)
