"""The questions of lesson 01: a chatbot and whose it is, decisive flows, an exclusion that can be argued."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from threatlab.dataflow import DataFlow
from threatlab.dataflow.facts import facts_from, hidden_by_exclusions
from threatlab.dataflow.files import load_drawing
from threatlab.exercises.judges import a_function, returned, rubric, shown, statements
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question
from threatlab.rules import catalog

# --- q1: a chatbot and whose it is ---------------------------------------------------------------------------------

_DRAWN = ("Customer", "Refund desk", "Chatbot", "Fare pages")
_FOLLOWS = {"generates_content", "uses_retrieval", "handles_personal_data", "internet_facing"}


def draws_the_chatbot(answer: Any) -> str:
    """Judge a drawing of the airline's chatbot by what it holds and by the facts that follow from it."""
    drawing = _a_drawing(answer)
    for part in (_what_is_there, _whose_it_is, _what_flows):
        part(drawing)
    facts = {fact for fact, reading in facts_from(drawing).items() if reading.value}
    if more := facts - _FOLLOWS:
        labels = ", ".join(catalog().facts[fact].label for fact in catalog().facts if fact in more)
        raise NotYet(
            f"From your drawing it follows, too: {labels}. Nothing in the account says so. Which flow or zone brings "
            "it in? facts_from(drawing) names the flow."
        )
    labels = ", ".join(catalog().facts[fact].label for fact in catalog().facts if fact in facts)
    return (
        f"It is in, it is the airline's, and {len(drawing.crossings)} flows cross a boundary. From the drawing "
        f"follows: {labels}. And two ways lead from one page to the customer, and only one goes through the chatbot."
    )


def _a_drawing(answer: Any) -> DataFlow:
    if not isinstance(answer, DataFlow):
        raise NotYet(f"{shown(answer)} is not a drawing; give the DataFlow that your with_... steps return.")
    return answer


def _what_is_there(drawing: DataFlow) -> None:
    names = {element.name for element in drawing.elements}
    if "Fare pages" not in names:
        raise NotYet(
            "Where does the chatbot know fares from? Follow what flows from the model backward: something that the "
            "airline wrote flows in, and what it says decides what customers are told. It is missing ('Fare pages')."
        )
    if missing := [name for name in _DRAWN if name not in names]:
        raise NotYet(f"{missing[0]!r} is not drawn. These four have to be there, so named: {', '.join(_DRAWN)}.")
    if "Chatbot" in drawing.left_out:
        raise NotYet(
            "You drew the chatbot and left it out of scope. That is the airline's own argument, made with a dashed "
            "line: its answers reach the customer all the same, and now nobody looks at what they say. Take it back in."
        )
    if drawing.left_out:
        raise NotYet(
            f"{', '.join(sorted(drawing.left_out))} is left out. This is the first drawing: draw all of it. What can "
            "be left out is a question for later, once you see what flows through it."
        )


def _whose_it_is(drawing: DataFlow) -> None:
    kind, zone = drawing.element("Chatbot").kind, drawing.zone_of("Chatbot")
    if zone.kind == "third party":
        raise NotYet(
            f"Your chatbot stands in {zone.name!r}, a third party's zone. That says: another organization decides what "
            "runs there. Who put it on the website, and who can take it off tomorrow? The tribunal asked the same."
        )
    if zone.kind != "own":
        raise NotYet(
            f"Your chatbot stands in {zone.name!r}, where anyone may be. The customer is there. The program that "
            "answers is not: it runs where the page is served from."
        )
    if kind != "model":
        raise NotYet(
            f"Your chatbot is a {kind}. We took it for a language model that words each answer anew. A {kind} only "
            "hands on what somebody else wrote, so from your drawing nothing generated would ever reach a customer."
        )
    if drawing.zone_of("Fare pages").kind != "own":
        raise NotYet(
            f"Your fare pages stand in {drawing.zone_of('Fare pages').name!r}. Then strangers write what the chatbot "
            "reads. Who edits the pages of the airline's website?"
        )


def _what_flows(drawing: DataFlow) -> None:
    direct = {(flow.source, flow.target) for flow in drawing.flows if flow.carries == "documents"}
    if ("Chatbot", "Fare pages") in direct and ("Fare pages", "Chatbot") not in direct:
        raise NotYet(
            "Your arrow goes from the chatbot to the fare pages. It asks for them, yes, but a flow points where the "
            "data goes: what it reads flows in."
        )
    facts = {fact: reading.value for fact, reading in facts_from(drawing).items()}
    if not facts["uses_retrieval"]:
        raise NotYet(
            "From your drawing it does not follow that the model reads what is stored somewhere. Draw what goes from "
            "the fare pages into the chatbot, choose the word for what a model reads beside the question, and ask what "
            "kind of element pages are that lie ready to be read."
        )
    asked = [f for f in drawing.flows if f.carries == "questions" and _leads(drawing, "Customer", f.target, "Chatbot")]
    if not asked:
        raise NotYet("Nothing carries the customer's question to the chatbot. Which word of the list says 'questions'?")
    if not any(flow.personal for flow in asked):
        raise NotYet(
            "The question is not marked as personal data. Read it again: it tells an airline of a death in a family, "
            "with a name and a date."
        )
    if facts["makes_predictions"]:
        raise NotYet(
            "Your chatbot returns decisions: a label, a score, yes or no. What the customer got was sentences that "
            "nobody had written before. Which word of the list is that?"
        )
    if not facts["generates_content"] or not any(
        f.carries == "generated content" and _leads(drawing, "Chatbot", f.target, "Customer") for f in drawing.flows
    ):
        raise NotYet("Nothing that the chatbot wrote reaches the customer: then there would have been no case.")
    if not any((f.source, f.target) == ("Fare pages", "Customer") for f in drawing.flows):
        raise NotYet(
            "One flow of the account is missing. The answer carried a link, and behind the link the customer could "
            "read for themselves. The two said different things, and you only see that they can if both are drawn."
        )


def _leads(drawing: DataFlow, start: str, through: str, end: str) -> bool:
    """Tell whether flows lead from `start` to `through`, or are there already, and from there to `end`."""
    return through in _reached(drawing, start) and end in _reached(drawing, through)


def _reached(drawing: DataFlow, start: str) -> list[str]:
    found = [start]
    for at in found:  # grows while it is walked
        found += [flow.target for flow in drawing.flows if flow.source == at and flow.target not in found]
    return found


q1 = Question(
    id="scope.q1",
    title='Draw a chatbot that was "a separate entity"',
    judge=draws_the_chatbot,
    expects="a DataFlow",
    hints=(
        (
            "Two elements are missing and four flows. Of each element ask who decides what runs or stands there; of "
            "each flow ask where the data goes, not who asked for it."
        ),
        (
            "The chatbot is a model and the fare pages are a data store, both on the website. Three of the flows touch "
            "the chatbot. The fourth is the link in its answer: from the pages to the customer."
        ),
    ),
    answer="""drawing = (
    start.with_element("Chatbot", "model", "Website")
    .with_element("Fare pages", "data store", "Website")
    .with_flow("Customer", "Chatbot", "question", "questions", personal=True)
    .with_flow("Fare pages", "Chatbot", "fare rules", "documents")
    .with_flow("Chatbot", "Customer", "answer", "generated content")
    .with_flow("Fare pages", "Customer", "page behind the link", "documents")
)""",
    because="A zone is about who decides what runs, and the airline decided. The tribunal came to the same without a "
    "drawing: the chatbot is a part of the website, and the airline answers for all of it, pages and chatbot alike. "
    "Had the drawing been made before, the two ways from one page to the customer would have asked the question that "
    "the case was about: which of them holds when they disagree?",
    covers=("core-scope",),
)


# --- q2: which flow makes the difference ---------------------------------------------------------------------------

Lost = dict[int, set[str]]


def _lost(drawing: DataFlow, differs: Callable[[Any, Any], bool], *, before: bool = True, after: bool = True) -> Lost:
    """Return by flow the facts that `differs` finds changed without it, looking behind exclusions or not."""
    whole = facts_from(drawing, with_excluded=before)
    found = {}
    for number in drawing.numbered:
        left = facts_from(drawing.without_flow(number), with_excluded=after)
        found[number] = {fact for fact in whole if differs(whole[fact], left[fact])}
    return found


def _no_more(whole: Any, left: Any) -> bool:
    return bool(whole.value and not left.value)


def _decisive(drawing: DataFlow) -> Lost:
    return _lost(drawing, _no_more)


def _as_evidence(drawing: DataFlow) -> Lost:
    whole = facts_from(drawing, with_excluded=True)
    return {n: {fact for fact, reading in whole.items() if n in reading.flows} for n in drawing.numbered}


def _crossing_only(drawing: DataFlow) -> Lost:
    crossing = {crossing.number for crossing in drawing.crossings}
    return {number: lost if number in crossing else set() for number, lost in _decisive(drawing).items()}


_SLIPS: tuple[tuple[Callable[[DataFlow], Lost], str], ...] = (
    (
        lambda drawing: _lost(drawing, _no_more, before=False, after=False),
        (
            "You read the facts of what is in scope. One element of this drawing was left out, and its flows are there "
            "all the same: look behind the exclusions, before and after. facts_from has an argument for it."
        ),
    ),
    (
        lambda drawing: _lost(drawing, _no_more, after=False),
        (
            "Before, you look behind the exclusions, and after taking the flow away you don't. Then every flow seems "
            "to take along what the exclusion hides. Compare like with like."
        ),
    ),
    (
        _as_evidence,
        (
            "You return the facts in whose evidence a flow stands. The evidence is one way that shows the fact, and "
            "there may be a second: two doors to the internet, and closing one leaves the system as open as it was."
        ),
    ),
    (
        _crossing_only,
        (
            "Only flows that cross a boundary take facts along, in your function. A fact can hang on a flow that stays "
            "inside one zone: the last step into a model often does."
        ),
    ),
    (
        lambda drawing: _lost(drawing, lambda whole, left: bool(whole.value and left.value is False)),
        (
            "You find no flow that makes a difference here. Nobody has called this drawing whole, so what it no longer "
            "shows is unknown: None, and not False. Does your comparison notice that?"
        ),
    ),
    (
        lambda drawing: _lost(drawing, lambda whole, left: bool(whole != left)),
        (
            "You compare whole readings. Their sentence and their flow numbers change as soon as a flow goes, whether "
            "or not the fact does: numbers behind it move up by one. Which part of a reading is the fact?"
        ),
    ),
)


def _two_doors() -> DataFlow:
    """Return a drawing on which every slip gives another answer: two ways in, one store left out, not called whole."""
    return (
        DataFlow("two-doors", "Shop with two doors")
        .with_zone("Internet", "internet")
        .with_zone("Shop", "own")
        .with_zone("Supplier", "third party")
        .with_element("Customer", "person", "Internet")
        .with_element("Reseller", "person", "Internet")
        .with_element("Shop service", "process", "Shop")
        .with_element("Price model", "model", "Shop")
        .with_element("Offers", "data store", "Supplier")
        .with_flow("Customer", "Shop service", "question", "questions")
        .with_flow("Reseller", "Shop service", "orders", "questions")
        .with_flow("Shop service", "Price model", "features", "questions")
        .with_flow("Price model", "Shop service", "price", "decisions")
        .with_flow("Offers", "Price model", "offers", "documents")
        .excluding("Offers", "The supplier answers for its offers", "head of purchasing", "when the contract ends")
    )


def _drawings() -> Iterator[DataFlow]:
    yield _two_doors()
    yield _two_doors().finished()
    for name in ("shadowray", "tay", "postmark-mcp", "clearview"):
        yield load_drawing(name)
    yield load_drawing("tay").finished(False)


def finds_decisive_flows(answer: Any) -> str:
    """Judge a function from a drawing to the facts that hang on each flow alone."""
    function = a_function(answer, "a drawing")
    for drawing in _drawings():
        given = _sets(returned(function, drawing), drawing)
        right = _decisive(drawing)
        if given != right:
            raise NotYet(_misjudged(drawing, given, right))
    case = load_drawing("shadowray")
    told = [f"{case.numbered[n]}" for n, lost in _decisive(case).items() if "internet_facing" in lost]
    return (
        f"Right for seven drawings. At {case.title} the internet hangs on one flow alone ({'; '.join(told)}), and it "
        "is one of those that were left out."
    )


def _sets(value: Any, drawing: DataFlow) -> Lost:
    if not isinstance(value, Mapping) or set(value) != set(drawing.numbered):
        raise NotYet(
            f"For a drawing with {len(drawing.flows)} flows your function returned {shown(value)}; give a dict with "
            "the number of every flow, and a set of facts for each, which may be empty."
        )
    for number, facts in value.items():
        if isinstance(facts, str | Mapping) or not hasattr(facts, "__iter__"):
            raise NotYet(f"For flow {number} your dict says {shown(facts)}; give a set of names of facts.")
    return {number: set(facts) for number, facts in value.items()}


def _misjudged(drawing: DataFlow, given: Lost, right: Lost) -> str:
    for slip, says in _SLIPS:
        if given == slip(drawing):
            return says
    wrong = next(number for number in right if given[number] != right[number])
    few = "too few" if given[wrong] < right[wrong] else "too many" if given[wrong] > right[wrong] else "other"
    return (
        f"For flow {wrong} of {drawing.name} ({drawing.numbered[wrong]}) you give {few} facts. Take the flow away, "
        "read all facts again, and keep those that were true and no longer are."
    )


q2 = Question(
    id="scope.q2",
    title="Which flow makes the difference?",
    judge=finds_decisive_flows,
    expects="a function of one drawing that returns a dict from flow number to a set of facts",
    hints=(
        (
            "Read the facts twice: of the drawing, and of drawing.without_flow(number). A fact that was true and isn't "
            "any longer hangs on that flow."
        ),
        (
            "facts_from(drawing, with_excluded=True)[fact].value is True, False or None. Falling from True to None is "
            "a difference, too."
        ),
        "whole = facts_from(drawing, with_excluded=True), and the same for the drawing without the flow.",
    ),
    answer="""def hangs_on(drawing):
    whole = facts_from(drawing, with_excluded=True)
    found = {}
    for number in drawing.numbered:
        rest = facts_from(drawing.without_flow(number), with_excluded=True)
        lost = {f for f in whole if whole[f].value and not rest[f].value}
        found[number] = lost
    return found""",
    because="A flow whose loss changes nothing has a second way beside it, so closing it closes nothing. A flow on "
    "which a fact hangs alone is where a single decision, such as one firewall rule, changes what the system is. "
    "At ShadowRay that one flow was said to be nobody's plan, and left out.",
    covers=("core-scope",),
    seconds=10.0,
)


# --- q3: an exclusion that can be argued --------------------------------------------------------------------------

POINTS = (
    "It says what can still go wrong there.",
    "It says who carries that, and it isn't the one who is leaving it out.",
    "It says what would bring the element back in, so that somebody would notice.",
)
"""What a reason for an exclusion is compared with, by the learner."""

_NOBODY = re.compile(
    r"\b([Ww]e|us|everyone|everybody|nobody|someone|somebody|tbd|TBD|they)\b|^(the )?[\w ]*(team|management|company)$"
)
_NEVER = re.compile(
    r"\b(until further notice|(?<!no )later(?! than)|never|regularly|periodically|as needed|soon|tbd)\b", re.IGNORECASE
)
_WISH = re.compile(r"\b(should|supposed to|meant (to|for)|not intended|ought)\b", re.IGNORECASE)
_EVENT = re.compile(
    r"\d|\b(with|at|after|before|when|once|if|every|each|next|in|on|until|by)\b|\b(week|month|quarter|year|annual)ly\b",
    re.IGNORECASE,
)
_LEAST_WORDS = 15


def airline_scene() -> DataFlow:
    """Return an invented airline's chatbot, all of it: three elements of it somebody wants to leave out."""
    return (
        DataFlow("northern-air-chat", "Chatbot of an invented airline", complete=True)
        .with_zone("Internet", "internet")
        .with_zone("Website", "own", owner="head of digital")
        .with_zone("Call center", "own", owner="head of customer service")
        .with_element("Customer", "person", "Internet")
        .with_element("Chatbot", "model", "Website")
        .with_element("Fare pages", "data store", "Website")
        .with_element("Transcripts", "data store", "Website", personal=True)
        .with_element("Telephone agent", "person", "Call center")
        .with_flow("Customer", "Chatbot", "question", "questions", personal=True)
        .with_flow("Fare pages", "Chatbot", "fare rules", "documents")
        .with_flow("Chatbot", "Customer", "answer", "generated content")
        .with_flow("Chatbot", "Transcripts", "conversation", "other", personal=True)
        .with_flow("Customer", "Transcripts", "thumbs up or down", "other")
        .with_flow("Transcripts", "Chatbot", "liked answers", "training data")
        .with_flow("Fare pages", "Telephone agent", "fare rules", "documents")
        .with_flow("Customer", "Telephone agent", "call", "other", personal=True)
        .with_flow("Telephone agent", "Customer", "advice", "other")
    )


def argues_an_exclusion(answer: Any) -> str:
    """Judge an exclusion by what it hides and by its parts; its reason is marked by the learner."""
    drawing, marks = answer if isinstance(answer, tuple) and len(answer) == 2 else (answer, None)
    scene, argued = airline_scene(), _a_drawing(drawing)
    if (argued.elements, argued.flows, argued.zones) != (scene.elements, scene.flows, scene.zones):
        raise NotYet("Your drawing is no longer the scene: leave its elements and flows as they are, and exclude one.")
    if len(argued.exclusions) != 1:
        raise NotYet(
            f"Your drawing leaves out {len(argued.exclusions)} elements. Leave out one, the one you can argue."
        )
    _hides_nothing(argued)
    _complete(argued)
    if marks is None:
        listed = " ".join(f"({place}) {point}" for place, point in enumerate(POINTS, 1))
        raise NotYet(
            f"The form is right. Now compare your reason with these points: {listed} Then check((argued, [1, 3])) with "
            "the numbers of those that it meets. Nobody else reads it: be as strict as a colleague would be."
        )
    told = rubric(POINTS, len(POINTS), _LEAST_WORDS)((argued.exclusions[0].reason, marks))
    return f"{argued.exclusions[0].element} can be left out: no fact hangs on it. {told}"


def _hides_nothing(argued: DataFlow) -> None:
    element = argued.exclusions[0].element
    hidden = hidden_by_exclusions(argued)
    if not hidden.facts:
        return
    labels = ", ".join(catalog().facts[fact].label for fact in hidden.facts)
    why = {
        "Fare pages": "It is only text, and the chatbot repeats it to every customer. Who changes a page, changes the "
        "answers.",
        "Transcripts": "Kept for quality, they said. Follow the flow that leaves it, and see who teaches the chatbot.",
        "Chatbot": "A model in a drawing of its own system, left out as if it were somebody else: that was tried.",
        "Customer": "The one who asks can't be assessed, but what comes from there is why there is a boundary.",
    }
    raise NotYet(f"Leaving out {element} hides: {labels}. {why.get(element, 'What flows through it?')}")


def _complete(argued: DataFlow) -> None:
    exclusion = argued.exclusions[0]
    if _NOBODY.search(exclusion.owner):
        raise NotYet(
            f"The owner is {exclusion.owner!r}. When it goes wrong, whose telephone rings? Give a name, or a role that "
            "one person holds."
        )
    if not exclusion.review or _NEVER.search(exclusion.review) or not _EVENT.search(exclusion.review):
        raise NotYet(
            f"It is looked at again: {exclusion.review!r}. Nobody's calendar shows that. Give a date, or an event that "
            "somebody will notice."
        )
    if _WISH.search(exclusion.reason):
        raise NotYet(
            "Your reason says how things should be, or what something is meant for. ShadowRay's interface was not "
            "meant for the internet either. Say how things are."
        )
    if len(exclusion.reason.split()) < _LEAST_WORDS:
        raise NotYet(
            f"Your reason has {len(exclusion.reason.split())} words. In so few nobody can say what risk stays, who "
            f"carries it, and what would change it; take at least {_LEAST_WORDS}."
        )


q3 = Question(
    id="scope.q3",
    title="Argue an exclusion",
    judge=argues_an_exclusion,
    expects="a pair of the drawing with one exclusion and the numbers of the points that its reason meets",
    hints=(
        (
            "Try each of the three with hidden_by_exclusions(scene.excluding(...)).facts: two of them hide something "
            "that is true of the system."
        ),
        (
            "The telephone agent feeds nothing into the model. What can still go wrong: the agent and the chatbot tell "
            "two customers different things. Who answers for what agents say?"
        ),
    ),
    answer="""argued = scene.excluding(
    "Telephone agent",
    reason="Nothing flows from the agents into the chatbot. What stays: an agent and "
    "the chatbot may say different things, which the head of customer service "
    "carries. Back in if the chatbot hands calls over or learns from them",
    owner="head of customer service",
    review="with each change of the fare rules",
)
marks = [1, 2, 3]""",
    because="Of the three, the agent is the one on whom no fact of the AI system hangs, and that can be shown, not "
    "only said. The reason is honest about what remains: contradictory advice is what the real case was about. And the "
    "condition is one that a person drawing the next flow would notice.",
    covers=("core-scope",),
)


# --- q4: statements ------------------------------------------------------------------------------------------------

STATEMENTS = {
    "terms": "The terms of use say that the chatbot may err. So its answers need not be drawn.",
    "crawler": "Our crawler fetches strangers' pages. The arrow goes from the crawler to the pages.",
    "split": "Nothing is changed but the drawing: one zone becomes two. Now more flows may cross a boundary.",
    "vouch": "Whoever calls a drawing whole turns every fact that it doesn't show into a no.",
    "quiet": "An exclusion that hides no fact hides nothing.",
    "disputed": "The maker disputes that an open interface is a flaw. Whoever runs one still has to draw it.",
}
"""Six statements about scope, by name."""

q4 = Question(
    id="scope.q4",
    title="Six statements about scope",
    judge=statements(
        {"terms": False, "crawler": False, "split": True, "vouch": True, "quiet": False, "disputed": True},
        "All six. Two of them are about words (terms of use, a dispute), and words move no arrow.",
        {
            "terms": "'terms': a sentence in the terms of use may change who pays. Does the answer still reach the "
            "customer, and does the customer still act on it? A drawing holds what flows.",
            "crawler": "'crawler': the crawler asks, and what comes back was written by strangers. Drawn your way, the "
            "drawing shows something leaving you, and the fact that strangers' texts reach a model is lost.",
            "split": "'split': a boundary lies between zones. If two teams' servers stood in one zone and get one "
            "each, is a flow between them still inside?",
            "vouch": "'vouch': before, what is not drawn is unknown. What do facts_from and finish() make of it after "
            "somebody has said that this is all? That is why it takes a name.",
            "quiet": "'quiet': a fact is a coarse thing, often shown by a second flow as well. Count the arrows that "
            "become dashed, and those among them that cross a boundary.",
            "disputed": "'disputed': the dispute is about who has to mend it. Is there a flow from the internet to the "
            "interface or not? Attackers don't read who is to blame.",
        },
    ),
    expects="a dict with True or False for each of the six names",
    hints=(
        "Ask of each: does this change what flows, or only what is said or drawn about it?",
        "Three are true. One of the three is about zones, one about who vouches, one about a dispute.",
    ),
    answer="""judged |= {
    "terms": False,
    "crawler": False,
    "split": True,
    "vouch": True,
    "quiet": False,
    "disputed": True,
}""",
    because="A scope describes what is there. Terms of use, disputes and exclusions are decisions about it, and belong "
    "beside the drawing, each with a name under it. Zones and the word 'whole' are decisions too, which is why they "
    "change what follows from a drawing without changing the system.",
    covers=("core-scope",),
)

QUESTIONS = (q1, q2, q3, q4)
