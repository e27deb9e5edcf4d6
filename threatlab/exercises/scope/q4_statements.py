"""Question 4 of lesson 01: statements about scope."""

from __future__ import annotations

from threatlab.exercises.judges import statements
from threatlab.exercises.question import Question, in_steps

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
        true=("split", "vouch", "disputed"),
        confirms="All six. Two of them are about words (terms of use, a dispute), and words move no arrow.",
    ),
    hints=in_steps(
        "Ask of each: does this change what flows, or only what is said or drawn about it?",
        "Three are true. One of the three is about zones, one about who vouches, one about a dispute.",
    ),
    because="A scope describes what is there. Terms of use, disputes and exclusions are decisions about it, and belong "
    "beside the drawing, each with a name under it. Zones and the word 'whole' are decisions too, which is why they "
    "change what follows from a drawing without changing the system.",
    covers=("core-scope",),
    claims={
        "terms=True": "The terms of use say that the chatbot may err, so its answers need not be drawn.",
        "crawler=True": "What a crawler fetches flows from the crawler to the pages.",
        "split=False": "One zone drawn as two brings no flow across a boundary.",
        "vouch=False": "Calling a drawing whole turns no fact into a no.",
        "quiet=True": "An exclusion that hides no fact hides nothing.",
        "disputed=False": "What a maker disputes need not be drawn.",
    },
)
