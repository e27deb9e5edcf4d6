"""Wrong answers to scope.q1, and what each must be told."""

from __future__ import annotations

from threatlab.dataflow.facts import facts_from
from threatlab.exercises.scope import airline_begun


def wrong(right):
    (elements, all_flows), start = right, airline_begun()

    def drawn(flows=None, bot=("model", "Website"), pages=("data store", "Website")):
        drawing = start.with_element("Chatbot", *bot).with_element("Fare pages", *pages)
        for source, target, label, carries, personal in all_flows if flows is None else flows:
            drawing = drawing.with_flow(source, target, label, carries, personal=personal)
        return drawing

    def but(place, *flow):
        return [*all_flows[:place], *([flow] if flow else []), *all_flows[place + 1 :]]

    return [
        (start.with_element("Chatbot", "model", "Website"), "Where does the chatbot know fares from?"),
        (start.with_element("Fare pages", "data store", "Website"), "'Chatbot' is not drawn"),
        (drawn(bot=("model", "A separate entity")), "another organization decides"),
        (drawn(bot=("model", "Internet")), "where anyone may be"),
        (drawn(bot=("process", "Website")), "Your chatbot is a process"),
        (drawn().excluding("Chatbot", "It answers for itself", "legal", "never"), "the airline's own argument"),
        (drawn().excluding("Refund desk", "People work there", "head of refunds", "2027"), "the first drawing"),
        (drawn(pages=("data store", "Internet")), "Then strangers write what the chatbot"),
        (drawn(but(1, "Chatbot", "Fare pages", "look-up", "documents", False)), "a flow points where the data goes"),
        (drawn(but(1)), "does not follow that the model reads"),
        (drawn(but(1, "Fare pages", "Chatbot", "fares", "training data", False)), "nobody's training"),
        (drawn(pages=("process", "Website")), "Your fare pages are a process"),
        (drawn(but(3, "Customer", "Fare pages", "click", "questions", False)), "that is the click"),
        (drawn(but(0, "Customer", "Chatbot", "question", "other", True)), "Nothing carries the customer's question"),
        (drawn(but(0, "Customer", "Chatbot", "question", "questions", False)), "a death in a family"),
        (drawn(but(2, "Chatbot", "Customer", "answer", "decisions", False)), "Your chatbot returns decisions"),
        (drawn(but(2)), "Nothing that the chatbot wrote"),
        (drawn(but(3)), "The answer carried a link"),
        (drawn((*all_flows, ("Chatbot", "Refund desk", "refund", "actions", False))), "it follows, too"),
        (facts_from(drawn()), "is not a drawing"),
        ((elements, but(0, "Customer", "Chat bot", "question", "questions", True)), "did you mean 'Chatbot'?"),
        ((elements, but(1, "Fare pages", "Chatbot", "fare rules", "documents")), "it needs 5 entries"),
        ((elements, but(2, "Chatbot", "Customer", "answer", "sentences", False)), "unknown"),
        ((elements, but(0, "Customer", "Chatbot", "question", "questions", "yes")), "give True or False"),
        ((dict(elements[:0]), all_flows), "is not a list"),
    ]
