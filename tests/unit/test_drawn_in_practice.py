"""What practitioners draw between two boxes, and what may and may not follow from it."""

from __future__ import annotations

import pytest

from tests.unit.drawings import sketch
from threatlab.dataflow.facts import facts_from

ASSISTANT = "User: person, internet; App: process; LLM: model"
ASKS = (
    "User > App: questions",
    "App > LLM: questions",
    "LLM > App: generated content",
    "App > User: generated content",
)
SCORING = "User: person, internet; API: process; Model: model"
SCORES = ("User > API: questions", "API > Model: questions", "Model > API: decisions", "API > User: decisions")
AGENT = "Staff: person; App: process; LLM: model; Mail: tool"
CALLS = ("Staff > App: questions", "App > LLM: questions", "App > Mail: actions")

PRACTICE = {
    # ---- retrieval
    "a prompt assembled by an orchestrator": (
        ASSISTANT + "; DB: data store",
        (*ASKS, "DB > App: documents"),
        {"uses_retrieval": True, "ingests_untrusted_content": False, "keeps_memory": False, "uses_tools": False},
    ),
    "the same prompt, called documents": (
        ASSISTANT + "; DB: data store",
        (ASKS[0], "App > LLM: documents", *ASKS[2:], "App > DB: questions", "DB > App: documents"),
        {"uses_retrieval": True, "ingests_untrusted_content": False},
    ),
    "a retriever that is a tool": (
        ASSISTANT + "; DB: data store; Search: tool",
        (
            *ASKS,
            "App > Search: questions",
            "Search > DB: questions",
            "DB > Search: documents",
            "Search > App: documents",
        ),
        {"uses_retrieval": True, "ingests_untrusted_content": False, "uses_tools": False},
    ),
    "chunks that go straight into the model": (
        ASSISTANT + "; DB: data store",
        (*ASKS, "App > DB: questions", "DB > LLM: documents"),
        {"uses_retrieval": True, "ingests_untrusted_content": False},
    ),
    "a query whose answer takes a round trip": (
        ASSISTANT + "; DB: data store; Retriever: process; Reranker: process",
        (
            *ASKS,
            "App > Retriever: questions",
            "Retriever > DB: questions",
            "DB > Reranker: documents",
            "Reranker > App: documents",
        ),
        {"uses_retrieval": True, "ingests_untrusted_content": False},
    ),
    "documents that a person reads": (
        ASSISTANT + "; DB: data store; Staff: person",
        (*ASKS, "DB > Staff: documents", "Staff > App: questions"),
        {"uses_retrieval": False, "ingests_untrusted_content": False},
    ),
    "a log that only receives": (
        ASSISTANT + "; Log: data store",
        (*ASKS, "App > Log: questions", "App > Log: documents", "LLM > Log: other"),
        {"uses_retrieval": False, "keeps_memory": False, "learns_from_user_input": False, "trains_model": False},
    ),
    # ---- whose content
    "a file that a user uploads": (
        ASSISTANT,
        (*ASKS, "User > App: documents"),
        {"ingests_untrusted_content": True, "uses_retrieval": False},
    ),
    "uploads that are stored and looked up": (
        ASSISTANT + "; Bucket: data store",
        (*ASKS, "User > App: documents", "App > Bucket: documents", "Bucket > App: documents"),
        {"ingests_untrusted_content": True, "uses_retrieval": True},
    ),
    "web search": (
        ASSISTANT + "; Search: tool, internet",
        (*ASKS, "App > Search: questions", "Search > App: documents"),
        {"ingests_untrusted_content": True, "learns_from_user_input": False},
    ),
    "mail that a colleague pastes": (
        "Sender: person, internet; Staff: person; LLM: model",
        ("Sender > Staff: documents", "Staff > LLM: documents", "LLM > Staff: generated content"),
        {"ingests_untrusted_content": True, "internet_facing": False},
    ),
    "reviews that are kept as something else and read as documents": (
        ASSISTANT + "; Site: process; Reviews: data store",
        (*ASKS, "User > Site: other", "Site > Reviews: other", "Reviews > App: documents"),
        {"ingests_untrusted_content": True},
    ),
    "a claim that is asked, filed, and read when somebody else asks": (
        "Insured: person, internet; Portal: process; Files: data store; Handler: person; LLM: model",
        (
            "Insured > Portal: questions",
            "Portal > Files: documents",
            "Files > Portal: documents",
            "Files > LLM: documents",
            "Handler > LLM: questions",
            "LLM > Handler: generated content",
        ),
        {"ingests_untrusted_content": True, "uses_retrieval": True},
    ),
    "an orchestrator that fills the index, too": (
        ASSISTANT + "; DB: data store; Wiki: data store",
        (*ASKS, "Wiki > App: documents", "App > DB: documents", "App > DB: questions", "DB > App: documents"),
        {"ingests_untrusted_content": False, "uses_retrieval": True},
    ),
    "thumbs up are no document": (
        ASSISTANT + "; DB: data store",
        (*ASKS, "User > App: other", "DB > App: documents"),
        {"ingests_untrusted_content": False},
    ),
    "a vendor's model hears its own answer": (
        "User: person, internet; App: process; LLM: model, third party",
        (*ASKS, "App > LLM: documents", "App > LLM: generated content"),
        {"ingests_untrusted_content": False, "uses_third_party_model": True},
    ),
    # ---- memory
    "memory by way of an orchestrator": (
        ASSISTANT + "; Sessions: data store",
        (*ASKS, "App > Sessions: other", "Sessions > App: memory"),
        {"keeps_memory": True, "uses_retrieval": False, "ingests_untrusted_content": False},
    ),
    "what a model notes, and reads as something else": (
        ASSISTANT + "; Notes: data store",
        (*ASKS, "LLM > Notes: memory", "Notes > App: other"),
        {"keeps_memory": True},
    ),
    # ---- the way in
    "a queue between user and program": (
        SCORING + "; Queue: data store; Worker: process; Log: data store; Job: process",
        (
            "User > Queue: questions",
            "Queue > Worker: questions",
            "Worker > Model: questions",
            "Model > Worker: decisions",
            "Worker > Queue: decisions",
            "Queue > User: decisions",
            "Worker > Log: other",
            "Log > Job: training data",
            "Job > Model: model files",
        ),
        {"internet_facing": True, "learns_from_user_input": True, "ingests_untrusted_content": False},
    ),
    "a model behind an API out there": (
        "Staff: person; App: process; LLM: model, internet",
        ("Staff > App: questions", "App > LLM: questions", "LLM > App: generated content"),
        {"uses_third_party_model": True, "internet_facing": False, "ingests_untrusted_content": False},
    ),
    "a service out there that is called": (
        "Staff: person; App: process; LLM: model; Rates: process, internet",
        ("Staff > App: questions", "App > LLM: questions", "App > Rates: questions", "Rates > App: documents"),
        {"internet_facing": False, "ingests_untrusted_content": True},
    ),
    "a partner's program that calls": (
        "Partner: process, internet; App: process; LLM: model",
        ("Partner > App: questions", "App > LLM: questions", "LLM > App: decisions", "App > Partner: decisions"),
        {"internet_facing": True},
    ),
    "posts on somebody else's site": (
        "Anyone: person, internet; Portal: data store, third party; Job: process; LLM: model",
        ("Anyone > Portal: documents", "Portal > Job: documents", "Job > LLM: questions", "LLM > Job: decisions"),
        {"internet_facing": False, "ingests_untrusted_content": True},
    ),
    # ---- tools and people
    "a call that a policy engine makes of what the model says": (
        AGENT + "; Policy engine: process",
        (*CALLS[:2], "LLM > Policy engine: generated content", "Policy engine > Mail: actions"),
        {"uses_tools": True, "acts_without_approval": True},
    ),
    "calls through a queue of actions": (
        AGENT + "; Gateway: process; Queue: data store",
        (*CALLS[:2], "LLM > Gateway: generated content", "Gateway > Queue: actions", "Queue > Mail: actions"),
        {"uses_tools": True, "acts_without_approval": True},
    ),
    "an agent that asks a search tool": (
        AGENT + "; Search: tool",
        (*CALLS[:2], "LLM > Search: questions", "Search > LLM: documents", "LLM > App: generated content"),
        {"uses_tools": True, "acts_without_approval": False},
    ),
    "a person between model and tool": (
        AGENT + "; Manager: person",
        (*CALLS[:2], "LLM > Manager: actions", "Manager > Mail: actions"),
        {"uses_tools": True, "acts_without_approval": False},
    ),
    "a manager whose yes comes back to the program": (
        AGENT + "; Manager: person",
        (*CALLS, "LLM > App: actions", "App > Manager: actions", "Manager > App: other"),
        {"uses_tools": True, "acts_without_approval": False},
    ),
    "a manager who looks into a queue": (
        AGENT + "; Manager: person; Queue: data store",
        (*CALLS, "LLM > App: actions", "App > Queue: actions", "Queue > Manager: actions", "Manager > App: other"),
        {"uses_tools": True, "acts_without_approval": False},
    ),
    "a yes by way of an approval service": (
        AGENT + "; Manager: person; Approvals: process",
        (
            *CALLS,
            "LLM > App: actions",
            "App > Approvals: other",
            "Approvals > Manager: other",
            "Manager > Approvals: decisions",
            "Approvals > App: decisions",
        ),
        {"uses_tools": True, "acts_without_approval": False},
    ),
    "small sums go by without the manager": (
        AGENT + "; Manager: person",
        (*CALLS, "LLM > App: actions", "LLM > Manager: actions", "Manager > App: actions"),
        {"acts_without_approval": True},
    ),
    "a user who commands has approved nothing": (
        AGENT,
        (*CALLS, "Staff > App: actions", "LLM > App: actions", "App > Staff: generated content"),
        {"uses_tools": True, "acts_without_approval": True},
    ),
    "a user who only chats has approved nothing": (
        AGENT,
        (*CALLS, "LLM > App: actions", "App > Staff: generated content", "Staff > App: other"),
        {"acts_without_approval": True},
    ),
    "a draft that a person uses": (
        AGENT,
        ("Staff > LLM: questions", "LLM > Staff: generated content", "Staff > Mail: actions"),
        {"uses_tools": False, "acts_without_approval": False, "generates_content": True},
    ),
    "what is only logged starts nothing": (
        AGENT + "; Log: data store; Monitor: process",
        (
            *CALLS[:2],
            "LLM > App: generated content",
            "App > Log: other",
            "Log > Monitor: other",
            "Monitor > Mail: actions",
        ),
        {"uses_tools": False, "acts_without_approval": False},
    ),
    "a model that hands a task to a model": (
        "User: person, internet; Planner: model; Worker: model",
        ("User > Planner: questions", "Planner > Worker: actions", "Worker > User: generated content"),
        {"acts_without_approval": False},
    ),
    # ---- training
    "training by way of ETL": (
        SCORING + "; Orders: data store; ETL: process; Features: data store; Job: process; Registry: data store",
        (
            *SCORES,
            "Orders > ETL: training data",
            "ETL > Features: other",
            "Features > Job: documents",
            "Job > Registry: model files",
            "Registry > Model: model files",
        ),
        {"trains_model": True, "learns_from_user_input": False, "uses_retrieval": False},
    ),
    "feedback that a job learns from": (
        SCORING + "; Feedback: data store; Job: process",
        (*SCORES, "API > Feedback: other", "Feedback > Job: other", "Job > Model: training data"),
        {"trains_model": True, "learns_from_user_input": True},
    ),
    "features that are looked up and trained on": (
        SCORING + "; Bank: process; Features: data store; Job: process",
        (
            *SCORES,
            "API > Features: questions",
            "Features > API: other",
            "Bank > Features: other",
            "Features > Job: training data",
            "Job > Model: model files",
        ),
        {"trains_model": True, "learns_from_user_input": False},
    ),
    "requests that a log keeps and training reads": (
        SCORING + "; Log: data store; Job: process",
        (*SCORES, "API > Log: questions", "Log > Job: training data", "Job > Model: model files"),
        {"learns_from_user_input": True},
    ),
    "conversations that come back as memory and are trained on": (
        ASSISTANT + "; Chats: data store",
        (*ASKS, "App > Chats: questions", "Chats > App: memory", "Chats > LLM: training data"),
        {"learns_from_user_input": True, "keeps_memory": True},
    ),
    "examples that a vendor trains on": (
        SCORING + "; Orders: data store; Bucket: data store; Tuning: process, third party; Theirs: model, third party",
        (
            *SCORES,
            "Orders > Bucket: training data",
            "Bucket > Tuning: training data",
            "Tuning > Theirs: model files",
            "Theirs > API: decisions",
        ),
        {"trains_model": False, "uses_third_party_model": True},
    ),
    # ---- on devices
    "a model that a store hands to phones": (
        SCORING + "; CDN: data store, internet; Phone: process, user device",
        (*SCORES, "Model > CDN: model files", "CDN > Phone: model files"),
        {"runs_on_user_devices": True},
    ),
}


@pytest.mark.parametrize(("elements", "flows", "expected"), PRACTICE.values(), ids=PRACTICE)
def test_what_is_drawn_between_two_boxes_shows_what_it_means(elements, flows, expected):
    readings = facts_from(sketch(elements, *flows))
    assert {fact: (readings[fact].value, readings[fact].because) for fact in expected} == {
        fact: (value, readings[fact].because) for fact, value in expected.items()
    }


OPEN = {
    "a ticket that is a question, and read as a document": (
        "User: person, internet; Desk: process; Tickets: data store; LLM: model",
        ("User > Desk: questions", "Desk > Tickets: questions", "Tickets > LLM: documents", "LLM > Desk: decisions"),
        {"ingests_untrusted_content"},
        "Does Tickets keep what comes by flow 2",
    ),
    "documents from nowhere": (
        ASSISTANT,
        (ASKS[0], "App > LLM: documents", *ASKS[2:]),
        {"uses_retrieval"},
        "Where do the documents lie that App hands on in flow 2",
    ),
    "memory that nobody reads": (
        ASSISTANT + "; Notes: data store",
        (*ASKS, "App > Notes: memory"),
        {"keeps_memory"},
        "What reads the memory that Notes keeps",
    ),
    "training data that nothing is made of": (
        SCORING + "; Bucket: data store",
        (*SCORES, "API > Bucket: training data"),
        {"trains_model", "learns_from_user_input"},
        "What becomes of the training data of flow 5",
    ),
    "output without a word of a model's": (
        SCORING,
        (*SCORES[:2], "Model > API: other"),
        {"makes_predictions", "generates_content"},
        "What does Model say in flow 3",
    ),
    "text into a tool": (
        AGENT,
        (*CALLS[:2], "LLM > App: generated content", "App > Mail: generated content"),
        {"uses_tools", "acts_without_approval"},
        "Does what a model says make Mail do something (flow 4)",
    ),
    "a manager who is shown a draft": (
        AGENT + "; Manager: person",
        (*CALLS, "LLM > App: generated content", "App > Manager: generated content", "Manager > App: other"),
        {"acts_without_approval"},
        "Does a person say yes or no to each action before flow 3",
    ),
    "a yes that only the model hears": (
        AGENT + "; Manager: person",
        (
            *CALLS[:2],
            "LLM > Manager: actions",
            "Manager > LLM: decisions",
            "LLM > Mail: actions",
            "LLM > App: decisions",
        ),
        {"acts_without_approval"},
        "Does a person say yes or no to each action before flow 5",
    ),
    "a person near the way": (
        AGENT + "; Manager: person",
        (*CALLS, "LLM > App: actions", "App > Manager: other", "Manager > App: other"),
        {"acts_without_approval"},
        "Does a person say yes or no to each action before flow 3",
    ),
}


@pytest.mark.parametrize("complete", [True, False])
@pytest.mark.parametrize(("elements", "flows", "open_facts", "question"), OPEN.values(), ids=OPEN)
def test_what_a_drawing_leaves_open_is_unknown_and_asked_even_if_it_is_called_whole(
    elements, flows, open_facts, question, complete
):
    readings = facts_from(sketch(elements, *flows, complete=complete))
    assert {fact for fact, reading in readings.items() if reading.asks} == open_facts
    for fact in open_facts:
        assert readings[fact].value is None
        assert readings[fact].asks.startswith(question)
        assert readings[fact].because.startswith("left open by flow")
