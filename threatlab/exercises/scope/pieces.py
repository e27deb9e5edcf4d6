"""What lesson 01 has its reader write: who is missing, flows, a question, a refutation, a day; and two drawings."""

from __future__ import annotations

import re
from typing import Any

from threatlab.assessment import assess
from threatlab.catalog import catalog
from threatlab.dataflow import CARRIES, DataFlow, Element, Flow
from threatlab.dataflow.facts import facts_from, hidden_by_exclusions, system_from
from threatlab.dataflow.files import list_drawings, load_drawing
from threatlab.dataflow.parts import NOBODY, NOTHING
from threatlab.errors import ThreatLabError
from threatlab.exercises.judges import a_kind, a_pair, check_own, plain, refusal, shown, words_in
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps
from threatlab.exercises.scope.q3_exclusion import says_when
from threatlab.exercises.scope.way_in import WAY_IN, names_a_way_in
from threatlab.system import load_system
from threatlab.words import counted

LESSON = "ml-pipeline-prod"
ZONES, ELEMENTS, FLOWS = 2, 3, 3
"""The least that a drawing of one's own has."""

_VAGUE = re.compile(
    r"\b(some|every|any)\s?(body|one)\b|^(the )?(we|us|they|people|person|human|user|team)s?$", re.IGNORECASE
)
_UNANSWERABLE = re.compile(r"^\W*(is|are)\b.*\b((in)?secure|(un)?safe|ok|okay)\b", re.IGNORECASE)


def _labels(facts: list[str]) -> str:
    return ", ".join(catalog().facts[fact].label for fact in facts)


def _true(drawing: DataFlow) -> list[str]:
    return [fact for fact, reading in facts_from(drawing).items() if reading.value]


def _who(answer: Any) -> str:
    name, kind = a_pair(answer)
    if not isinstance(name, str) or not isinstance(kind, str):
        raise NotYet(f'{shown(answer)} is not a name and a kind; write a pair like ("Applicant", "person").')
    try:
        Element(name, kind, "Bank")
    except ThreatLabError as problem:
        raise refusal("It can't be drawn", problem) from None
    drawn = {element.name.casefold() for element in load_drawing(LESSON).elements}
    if name.casefold() in drawn:
        raise NotYet(f"{name} is on the list already. Who approves, and who adds what was paid back?", "on-the-list")
    if _VAGUE.search(name):
        raise NotYet(
            f"{name!r} is what the account says. Give it a name by which you could find out who that is.", "somebody"
        )
    if len(name.split()) < 2:
        raise NotYet(f"{name}: of what, or for whom? Two words tell it from others, as in Scoring API.")
    if kind not in ("person", "process"):
        raise NotYet(
            f"A {kind} approves nothing and adds nothing. It is a person, or a process (a program of yours).", "kind"
        )
    return f"{name} is in: what goes wrong there ends up in the model. Our drawing below has forgotten it, too."


def _answer_back(answer: Any) -> str:
    drawing = a_kind(answer, DataFlow, "a drawing; begin with tiny.with_flow(")
    back = [f for f in drawing.flows if (f.source, f.target) == ("Scoring API", "Applicant")]
    if not back:
        last = drawing.flows[-1] if drawing.flows else "nothing"
        raise NotYet(
            f"The last flow is now {last}. A flow points where the data goes: from the API to the applicant.",
            "direction",
        )
    flow = back[-1]
    if flow.carries != "decisions":
        raise NotYet(
            f"It carries {flow.carries}: {CARRIES[flow.carries]}. What is a yes or no of a model called?", "carries"
        )
    if not flow.personal:
        raise NotYet("Whether somebody gets a loan says something about that person: personal=True.", "personal")
    return "It crosses outward. What leaves can be collected: many answers together give the model itself away."


def _question(answer: Any) -> str:
    number, question = a_pair(plain(answer))
    whole = load_drawing(LESSON)
    if isinstance(number, bool) or not isinstance(number, int) or number not in whole.numbered:
        raise NotYet(f'{shown(number)} is no flow of the picture; write a pair like (1, "...?").')
    crossing = next((each for each in whole.crossings if each.number == number), None)
    if crossing is None:
        inside = whole.zone_of(whole.numbered[number].source).name
        raise NotYet(
            f"Flow {number} stays in {inside}: one owner decides at both its ends. Take one with a diamond.", "inside"
        )
    if not isinstance(question, str) or not question.strip().endswith("?"):
        raise NotYet(f"{shown(question)} is no question; end it with a question mark.")
    if _UNANSWERABLE.search(question):
        raise NotYet(
            "Nobody can answer that. Ask for something that somebody can look up, such as who, how many, when.",
            "is-it-safe",
        )
    if len(words_in(question)) < 4:
        raise NotYet("Nobody could answer so few words. Who checks what, or how much, or before what?")
    check_own(question)
    zone = crossing.enters if crossing.enters.kind == "own" else crossing.leaves
    return f"Flow {number} goes from {crossing.leaves.name} into {crossing.enters.name}. Ask the {zone.owner}."


def _half_no_more(answer: Any) -> str:
    drawing = a_kind(answer, DataFlow, "a drawing; write panel.drawing")
    by_name = {element.name.casefold(): element for element in drawing.elements}
    if not {"scoring api", "feature store", "training job"} <= set(by_name):
        raise NotYet(f"This is {drawing.title}, or what is left of it. Reset goes back to the drawing half done.")
    log, shelf = by_name.get("request log"), by_name.get("open-source libraries")
    if log is None:
        raise NotYet("The request log isn't drawn yet: Add an element.", "no-log")
    if (log.kind, drawing.zone_of(log.name).name, log.personal) != ("data store", "Production", True):
        raise NotYet(
            f"{log.name} is a {log.kind} in {log.zone}. It should be a data store in Production that holds personal "
            "data: Change or take away.",
            "log-kind",
        )
    for source, target in (("Scoring API", log.name), (log.name, "Feature store")):
        if not _between(drawing, source, target):
            raise NotYet(f"No flow goes from {source} to {target} yet: Add a flow.", "no-flow")
    if shelf is None:
        raise NotYet("Open-source libraries aren't drawn yet: they need a zone of their own first.", "no-libraries")
    if drawing.zone_of(shelf.name).kind == "own":
        raise NotYet(
            f"{shelf.name} stand in {shelf.zone}, which is yours. Who decides what is in them? Not you.",
            "libraries-ours",
        )
    into = _between(drawing, shelf.name, "Training job")
    if not into:
        raise NotYet(f"No flow goes from {shelf.name} to Training job yet: Add a flow.")
    if "model files" not in [flow.carries for flow in into]:
        raise NotYet(
            f"What flows into the training job carries {into[-1].carries}. Packages become part of what runs, as model "
            "files do.",
            "packages",
        )
    flows = counted(len(drawing.flows), "flow")
    return f"{flows}, {len(drawing.crossings)} across a boundary. It shows: {_labels(_true(drawing))}."


def _between(drawing: DataFlow, source: str, target: str) -> list[Flow]:
    return [flow for flow in drawing.flows if (flow.source, flow.target) == (source, target)]


def _one_more(answer: Any) -> str:
    drawing = a_kind(answer, DataFlow, "a drawing; begin with whole.with_flow(")
    whole = load_drawing(LESSON).finished(False)
    if lost := [flow for flow in whole.flows if flow not in drawing.flows]:
        raise NotYet(f"A flow is gone: {lost[0]}. Leave what is drawn, and add one.", "lost")
    if len(drawing.flows) == len(whole.flows):
        raise NotYet("No flow is new. with_flow takes from, to, what it is, and what it carries.")
    before = _true(whole)
    new = [fact for fact in _true(drawing) if fact not in before]
    if not new:
        raise NotYet(
            f"It is drawn, and nothing more follows: {drawing.flows[-1]}. Read the list: what would show one?",
            "nothing-follows",
        )
    controls = load_system(LESSON)
    first, then = (assess(system_from(each, controls)).risk_score for each in (whole, drawing))
    moved = f"The score goes from {first:.2f} to {then:.2f}" if f"{first:.2f}" != f"{then:.2f}" else "The score stays"
    return f"Now it follows: {_labels(new)}. {moved}, because of one arrow."


def _refuted(answer: Any) -> str:
    given, number = a_pair(answer)
    drawing = a_kind(given, DataFlow, "a drawing and a number; check((incident, against))")
    number = plain(number)
    if not drawing.left_out:
        if number is None:
            return "Nothing is left out of this drawing, so no flow speaks against it."
        raise NotYet("Nothing is left out of this drawing: write None.")
    if isinstance(number, bool) or not isinstance(number, int) or number not in drawing.numbered:
        raise NotYet(f"{shown(number)} is no flow of the picture; write its number.")
    hidden, flow = hidden_by_exclusions(drawing), drawing.numbered[number]
    names = ", ".join(sorted(drawing.left_out))
    if number not in hidden.flows:
        raise NotYet(f"Flow {number} doesn't touch {names}. Look at the dashed arrows.", "elsewhere")
    if hidden.crossings and number not in hidden.crossings:
        raise NotYet(
            f"{flow}: both ends have one owner, so the reason could be true. Which one comes from elsewhere?",
            "one-owner",
        )
    return f"Flow {number}: {flow}. As long as that arrow is there, the reason is a wish."


def _looked_at(answer: Any) -> str:
    if not isinstance(answer, str) or not answer.strip():
        raise NotYet(f"{shown(answer)} is no text; write a few words between quotes.")
    if re.search(r"\bcontract\b.*\bend", answer, re.IGNORECASE):
        raise NotYet(
            "That is what would change it, and it stands there already. When does somebody look all the same?", "change"
        )
    if not says_when(answer):
        raise NotYet(
            f"{answer!r} is in nobody's calendar. Give a date, or an event that somebody will notice.", "no-day"
        )
    return f"{answer}: then somebody asks whether the bureau's model is still the one that was left out."


def _named(drawing: DataFlow) -> None:
    """Refuse a drawing in which nobody has said what is worth something, or who could be where."""
    if not any(set(element.assets) - {NOTHING} for element in drawing.elements):
        raise NotYet(
            "What would you not like to lose, and where does it lie? Tick it at one element: Change or take away.",
            "no-asset",
        )
    if not any(set(flow.adversaries) - {NOBODY} for flow in drawing.flows):
        raise NotYet(
            "Who could be at the outer end of a flow? Tick them at one: Change or take away.",
            "no-adversary",
        )


def _own(answer: Any) -> str:
    drawing = a_kind(answer, DataFlow, "a drawing; write own.drawing")
    if drawing.name in list_drawings():
        raise NotYet(f"{drawing.title} is the workbook's. Draw one of your own, and give it a name.")
    for have, least, word in (
        (len(drawing.zones), ZONES, "zone"),
        (len(drawing.elements), ELEMENTS, "element"),
        (len(drawing.flows), FLOWS, "flow"),
    ):
        if have < least:
            raise NotYet(f"It has {counted(have, word)} so far. Draw at least {least}.")
    if "model" not in [element.kind for element in drawing.elements]:
        raise NotYet("No model is in it. Which element scores, decides or writes?", "no-model")
    if nobody := [zone.name for zone in drawing.zones if zone.kind == "own" and not zone.owner]:
        raise NotYet(f"Who decides what runs in {nobody[0]}? Name its owner: Change or take away.", "no-owner")
    if not drawing.crossings:
        raise NotYet(
            "Nothing crosses a boundary: then nobody can use it. Who asks it, or where does it get its data?",
            "no-crossing",
        )
    _named(drawing)
    if not drawing.exclusions:
        raise NotYet("Nothing is left out. Leave out one element, with a reason: Leave out.", "nothing-out")
    undated = [each.element for each in drawing.exclusions if not says_when(each.review)]
    if undated:
        raise NotYet(f"When is it looked at again that {undated[0]} is left out? Give a date or an event.", "undated")
    if drawing.name == "my-system":
        raise NotYet("It is still called my-system. Give it a name: Name and save.")
    hidden = hidden_by_exclusions(drawing)
    hides = f"hides: {_labels([*hidden.facts])}" if hidden.facts else "hides no fact that the drawing shows"
    facts, crossings = counted(len(_true(drawing)), "fact"), counted(len(drawing.crossings), "crossing")
    return f"{drawing.name}: {facts} in scope, {crossings}. What you left out {hides}."


w1 = Question(
    id="scope.w1",
    title="Who is missing from the list",
    judge=_who,
    hints=in_steps(
        "Who approves a model, and who adds who paid back?", 'A pair, such as ("Model approver", "person").'
    ),
    because="The account says that a model is approved, and not by whom. Whoever it is can let a bad one through.",
    covers=("core-scope",),
    fills='("Model approver", "person")',
    claims={
        "on-the-list": "All who can change the model are on the list.",
        "somebody": "Who approves can be called 'somebody', or 'the team'.",
        "kind": "A store or a model can approve something.",
    },
)

w2 = Question(
    id="scope.w2",
    title="The answer, as a flow",
    judge=_answer_back,
    hints=in_steps(
        "The same four texts as above: from, to, what it is, what it carries.",
        'From "Scoring API" to "Applicant"; a yes or no of a model carries "decisions", and it is personal.',
    ),
    because="It points where the data goes, carries what a model decides, and says something about one person.",
    covers=("core-scope",),
    fills='tiny.with_flow("Scoring API", "Applicant", "yes or no", "decisions", personal=True)',
    claims={
        "direction": "A flow points to whoever was asked, and not to where the data goes.",
        "carries": "A yes or no of a model is no decision.",
        "personal": "Whether somebody gets a loan is no personal data.",
    },
)

w3 = Question(
    id="scope.w3",
    title="A question to ask about a crossing",
    judge=_question,
    hints=in_steps(
        "Take a number with a diamond. What would you want to know before you let that in?",
        'Flow 8 brings libraries: (8, "Who ...?") or (8, "Which version ...?")',
    ),
    because="It can be answered with a name or a list, by one owner, and the answer is a control or the lack of one.",
    covers=("core-scope",),
    fills='(10, "Who has to approve a model before it is loaded?")',
    claims={
        "inside": "A flow within one zone crosses a boundary.",
        "is-it-safe": "Whether it is safe is a question that somebody can answer.",
    },
)

w4 = Question(
    id="scope.w4",
    title="The drawing, completed by hand",
    judge=_half_no_more,
    hints=in_steps(
        "`panel.drawing` is what the editor shows now. Draw on, and run the cell again.",
        "Steps 1 to 3 above: what is missing is told one at a time.",
    ),
    because="`whole` is the drawing as the workbook has completed it. Yours may have its flows in another order.",
    covers=("core-scope",),
    fills="whole",
    claims={
        "no-log": "What is only stored need not be drawn.",
        "log-kind": "A request log is something other than a store of personal data in production.",
        "no-flow": "An element that is drawn is connected without a flow.",
        "no-libraries": "Libraries are no part of the system.",
        "libraries-ours": "What was installed is ours: we decide what is in it.",
        "packages": "A package carries nothing that runs.",
    },
)

w5 = Question(
    id="scope.w5",
    title="One flow more, one fact more",
    judge=_one_more,
    hints=in_steps(
        "Take a fact of the list. Between which two elements would its flow go?",
        'Memory would do: from "Request log" to "Loan model", and it carries "memory".',
    ),
    because="Earlier applications that come back with each new one are a memory, and memory can be poisoned.",
    covers=("core-scope",),
    fills='whole.with_flow("Request log", "Loan model", "earlier applications", "memory")',
    claims={
        "lost": "To show one fact more, a flow may be taken away.",
        "nothing-follows": "Any flow more shows a fact more.",
    },
)

w6 = Question(
    id="scope.w6",
    title="The flow that speaks against the reason",
    judge=_refuted,
    hints=in_steps(
        "Which dashed arrows touch what was left out?", "The one that matters carries a diamond, if any of them does."
    ),
    because="The reason is about how things should be. One flow of the same drawing says how they are.",
    covers=("core-scope",),
    fills="min(hidden.crossings or hidden.flows, default=None)",
    claims={
        "elsewhere": "A flow that does not touch what was left out can speak against leaving it out.",
        "one-owner": "A flow between two parts of one owner speaks against the reason.",
    },
)

w7 = Question(
    id="scope.w7",
    title="When an exclusion is looked at again",
    judge=_looked_at,
    hints=in_steps(
        "A date that comes back, or an event that nobody can miss.", 'Such as "with each release" or "each January".'
    ),
    because="Whoever plans a release has a list to go through, and this stands on it.",
    covers=("core-scope",),
    fills='"With each release, and each January at the latest"',
    claims={
        "change": "What would change an exclusion is a day on which somebody looks.",
        "no-day": "A word such as 'regularly' names a day on which somebody looks.",
    },
)

w8 = Question(
    id="scope.w8",
    title="A system of your own",
    judge=_own,
    hints=in_steps(
        "`own.drawing` is what the editor shows now. Draw on, and run the cell again.",
        "Begin with two zones, yours and the internet. Who asks, what answers, what does it read?",
    ),
    because="A small one, in code: who writes mail reaches the model, and nothing comes back from the archive.",
    covers=("core-scope",),
    fills='(DataFlow("mail-filter").with_zone("Internet", "internet").with_zone("Office", "own", owner="head of IT")'
    '.with_element("Sender", "person", "Internet").with_element("Filter", "model", "Office", assets=["reputation"])'
    '.with_element("Archive", "data store", "Office")'
    '.with_flow("Sender", "Filter", "mail", "documents", adversaries=["author"])'
    '.with_flow("Filter", "Archive", "mail, and spam or not", "decisions")'
    '.with_flow("Filter", "Sender", "refused", "decisions")'
    '.excluding("Archive", "It gets copies; back in if a flow leaves it", "head of IT", "each January"))',
    claims={
        "no-model": "An AI system can be drawn without its model.",
        "no-owner": "A zone needs no owner.",
        "no-crossing": "A system of which no flow crosses a boundary can be used.",
        "no-asset": "Nothing in a system of one's own is worth an attack.",
        "no-adversary": "A system of one's own has no adversary.",
        "nothing-out": "In a system of one's own there is nothing to leave out.",
        "undated": "An exclusion needs no day on which it is looked at again.",
    },
)


def _another_way_in(answer: Any) -> str:
    said = names_a_way_in(answer)
    number, *_ = plain(answer[1])
    if number == 1:
        raise NotYet("Flow 1 is the text's example. Take another flow.")
    return said


w9 = Question(
    id="scope.w9",
    title="Who, from where, after what",
    judge=_another_way_in,
    hints=in_steps(
        "Take a flow of the table, and one who can be there. Where do the flows lead from there, or come from?",
        'Whoever sends libraries changes what is trained: (8, "contributor", ...)',
    ),
    because="Who writes a library never asks the model anything, and still decides what is in it.",
    covers=("core-scope",),
    fills='(8, "contributor", "Loan model")',
    claims=WAY_IN,
)

PIECES = (w1, w2, w3, w4, w5, w6, w7, w8, w9)
