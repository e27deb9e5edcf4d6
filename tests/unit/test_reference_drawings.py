"""Reference architectures, each drawn by two makers with words and boxes of their own: the facts must be the same."""

from __future__ import annotations

import pytest

from tests.unit.drawings import sketch
from threatlab.dataflow.facts import facts_from

CHAT_WITH_RETRIEVAL = (
    {"generates_content", "uses_retrieval", "uses_third_party_model", "handles_personal_data", "internet_facing"},
    sketch(
        "User: person, internet; Orchestrator: process; Vector DB: data store; LLM: model, third party",
        "User > Orchestrator: questions!",
        "Vector DB > Orchestrator: documents",
        "Orchestrator > LLM: questions",
        "LLM > Orchestrator: generated content",
        "Orchestrator > User: generated content",
    ),
    sketch(
        "Customer: person, user device; App: process, user device; Gateway: process; Assistant: process; "
        "Retriever: process; Embedder: model, third party; Index: data store; Wiki: data store; Indexer: process; "
        "Trace log: data store; Language model: model, third party",
        "Wiki > Indexer: documents",
        "Indexer > Embedder: documents",
        "Embedder > Indexer: other",
        "Indexer > Index: documents",
        "Customer > App: questions",
        "App > Gateway: questions!",
        "Gateway > Assistant: questions",
        "Assistant > Retriever: questions",
        "Retriever > Embedder: questions",
        "Embedder > Retriever: other",
        "Retriever > Index: questions",
        "Index > Retriever: documents",
        "Retriever > Assistant: documents",
        "Assistant > Language model: documents",
        "Language model > Assistant: generated content",
        "Assistant > Trace log: other",
        "Assistant > Gateway: generated content",
        "Gateway > App: generated content",
        "App > Customer: generated content",
    ),
)

AGENT_WITH_APPROVAL = (
    {"generates_content", "uses_tools", "uses_retrieval", "uses_third_party_model", "handles_personal_data"},
    sketch(
        "Clerk: person; Manager: person; Agent: model, third party; Customer records: data store; Mail: tool",
        "Clerk > Agent: questions",
        "Customer records > Agent: documents!",
        "Agent > Clerk: generated content",
        "Agent > Manager: actions",
        "Manager > Mail: actions",
    ),
    sketch(
        "Employee: person; Approver: person; Chat: process; Planner: process; Policy engine: process; "
        "Approval queue: data store; Tool gateway: process; CRM: data store; LLM API: model, third party; "
        "Mail: tool; Audit log: data store",
        "Employee > Chat: questions!",
        "Chat > Planner: questions",
        "CRM > Planner: documents",
        "Planner > LLM API: questions",
        "LLM API > Planner: generated content",
        "Planner > Policy engine: other",
        "Policy engine > Approval queue: actions",
        "Approval queue > Approver: actions",
        "Approver > Policy engine: decisions",
        "Policy engine > Tool gateway: actions",
        "Tool gateway > Mail: actions",
        "Policy engine > Audit log: other",
        "Planner > Chat: generated content",
        "Chat > Employee: generated content",
    ),
)

NIGHTLY_CLASSIFIER = (
    {"makes_predictions", "trains_model", "learns_from_user_input", "handles_personal_data", "internet_facing"},
    sketch(
        "Customer: person, internet; API: process; Model: model; Request log: data store; Training job: process",
        "Customer > API: questions!",
        "API > Model: questions",
        "Model > API: decisions",
        "API > Customer: decisions",
        "API > Request log: other",
        "Request log > Training job: training data",
        "Training job > Model: model files",
    ),
    sketch(
        "Phone app: process, user device; Gateway: process; Queue: data store; Scorer: process; Fraud model: model; "
        "Feature store: data store; Events: data store; ETL: process; Labelers: person; Trainer: process; "
        "Registry: data store",
        "Phone app > Gateway: questions!",
        "Gateway > Queue: questions",
        "Gateway > Events: questions",
        "Queue > Scorer: questions",
        "Scorer > Feature store: questions",
        "Feature store > Scorer: other",
        "Scorer > Fraud model: other",
        "Fraud model > Scorer: decisions",
        "Scorer > Phone app: decisions",
        "Events > ETL: other",
        "ETL > Labelers: other",
        "Labelers > Feature store: training data",
        "Feature store > Trainer: training data",
        "Trainer > Registry: model files",
        "Registry > Fraud model: model files",
    ),
)

FINE_TUNING_SERVICE = (
    {
        "generates_content",
        "trains_model",
        "learns_from_user_input",
        "uses_third_party_model",
        "handles_personal_data",
        "internet_facing",
    },
    sketch(
        "Customer: person, internet; Base weights: data store, third party; Examples: data store; "
        "Tuning job: process; Tuned model: model",
        "Customer > Examples: training data!",
        "Examples > Tuning job: training data",
        "Base weights > Tuning job: model files",
        "Tuning job > Tuned model: model files",
        "Customer > Tuned model: questions",
        "Tuned model > Customer: generated content",
    ),
    sketch(
        "Client: person, internet; Upload service: process; Bucket: data store; Cleaning: process; "
        "Scheduler: process; GPU workers: process; Model hub: process, third party; Mirror: data store; "
        "Adapters: data store; Inference API: process; Served model: model",
        "Client > Upload service: documents!",
        "Upload service > Bucket: other",
        "Bucket > Cleaning: documents",
        "Cleaning > Scheduler: training data",
        "Scheduler > GPU workers: other",
        "Model hub > Mirror: model files",
        "Mirror > GPU workers: model files",
        "GPU workers > Adapters: model files",
        "Adapters > Served model: model files",
        "Client > Inference API: questions",
        "Inference API > Served model: questions",
        "Served model > Inference API: other",
        "Inference API > Client: generated content",
    ),
)

MULTI_AGENT = (
    {
        "generates_content",
        "uses_tools",
        "acts_without_approval",
        "uses_retrieval",
        "ingests_untrusted_content",
        "keeps_memory",
        "works_with_agents",
        "internet_facing",
    },
    sketch(
        "User: person, internet; Planner: model; Worker: model; Shared memory: data store; Browser: tool; "
        "Web: data store, internet",
        "User > Planner: questions",
        "Planner > Worker: actions",
        "Planner > Shared memory: memory",
        "Worker > Shared memory: memory",
        "Shared memory > Planner: memory",
        "Shared memory > Worker: memory",
        "Worker > Browser: actions",
        "Web > Browser: documents",
        "Browser > Worker: documents",
        "Worker > Planner: generated content",
        "Planner > User: generated content",
    ),
    sketch(
        "User: person, internet; Front end: process; Coordinator: process; Planning LLM: model; Research LLM: model; "
        "Memory service: process; Memory DB: data store; Policy engine: process; Crawler: tool; "
        "Pages: data store, internet",
        "User > Front end: questions",
        "Front end > Coordinator: questions",
        "Coordinator > Planning LLM: questions",
        "Planning LLM > Coordinator: generated content",
        "Coordinator > Research LLM: questions",
        "Research LLM > Coordinator: generated content",
        "Coordinator > Memory service: other",
        "Memory service > Memory DB: memory",
        "Memory DB > Memory service: other",
        "Memory service > Coordinator: other",
        "Coordinator > Policy engine: generated content",
        "Policy engine > Crawler: actions",
        "Pages > Crawler: documents",
        "Crawler > Coordinator: other",
        "Coordinator > Front end: generated content",
        "Front end > User: generated content",
    ),
)

DRAWN_TWICE = {
    "chat with retrieval": CHAT_WITH_RETRIEVAL,
    "agent with tools and approval": AGENT_WITH_APPROVAL,
    "classifier with nightly training": NIGHTLY_CLASSIFIER,
    "fine-tuning service": FINE_TUNING_SERVICE,
    "agents with a shared memory": MULTI_AGENT,
}


@pytest.mark.parametrize("maker", [0, 1], ids=["coarse", "fine"])
@pytest.mark.parametrize("name", DRAWN_TWICE)
def test_a_reference_architecture_shows_its_facts_whoever_draws_it(name, maker):
    expected, *drawings = DRAWN_TWICE[name]
    readings = facts_from(drawings[maker])
    assert {fact: r.because for fact, r in readings.items() if r.value is None} == {}
    assert {fact for fact, reading in readings.items() if reading.value} == expected
