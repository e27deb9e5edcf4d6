"""The questions of lesson 01: a chatbot and whose it is, decisive flows, an exclusion that can be argued."""

from __future__ import annotations

from threatlab.exercises.judges import statements
from threatlab.exercises.question import Question
from threatlab.exercises.scope.chatbot import draws_the_chatbot
from threatlab.exercises.scope.drawing import airline_begun, airline_scene, draw_on
from threatlab.exercises.scope.exclusion import POINTS, argues_an_exclusion
from threatlab.exercises.scope.flows import finds_decisive_flows

__all__ = [
    "POINTS",
    "QUESTIONS",
    "STATEMENTS",
    "airline_begun",
    "airline_scene",
    "draw_on",
    "q1",
    "q2",
    "q3",
    "q4",
]

q1 = Question(
    id="scope.q1",
    title='Draw a chatbot that was "a separate entity"',
    judge=draws_the_chatbot,
    expects="the pair (elements, flows) of your two lists, or a DataFlow",
    hints=(
        (
            "Stand at the model and go backward: what does it read, and where does that lie? Of each element ask who "
            "decides what runs or stands there; of each flow ask where the data goes, not who asked for it."
        ),
        (
            "The chatbot is a model and the fare pages are a data store, both on the website. Three of the flows touch "
            "the chatbot. The fourth is the link in its answer: from the pages to the customer."
        ),
    ),
    answer="""elements = [
    ("Chatbot", "model", "Website"),
    ("Fare pages", "data store", "Website"),
]
flows = [
    ("Customer", "Chatbot", "question", "questions", True),
    ("Fare pages", "Chatbot", "fare rules", "documents", False),
    ("Chatbot", "Customer", "answer", "generated content", False),
    ("Fare pages", "Customer", "page behind the link", "documents", False),
]""",
    because="A zone is about who decides what runs, and the airline decided. The tribunal came to the same without a "
    "drawing: the chatbot is a part of the website, and the airline answers for all of it, pages and chatbot alike. "
    "The fourth zone stays empty. Had the drawing been made before, the two ways from one page to the customer would "
    "have asked the question that the case was about: which of them holds when they disagree?",
    covers=("core-scope",),
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


q3 = Question(
    id="scope.q3",
    title="Argue an exclusion",
    judge=argues_an_exclusion,
    expects="a pair of the exclusion, a dict with four parts, and the numbers of the points that its reason meets",
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
    answer="""exclusion = {
    "element": "Telephone agent",
    "reason": "Nothing flows from the agents into the chatbot. What stays: an "
    "agent and the chatbot may say different things, which the head of customer "
    "service carries. Back in if the chatbot hands calls over, or learns from them",
    "owner": "head of customer service",
    "review": "with each change of the fare rules",
}
marks = [1, 2, 3]""",
    because="Of the three, the agent is the one on whom no fact of the AI system hangs, and that can be shown, not "
    "only said. The reason is honest about what remains: contradictory advice is what the real case was about. And the "
    "condition is one that a person drawing the next flow would notice.",
    covers=("core-scope",),
)


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
