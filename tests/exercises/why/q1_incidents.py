"""Wrong answers to why.q1, and what each must be told."""

from __future__ import annotations

from tests.exercises.solved import right

RIGHT = right("why.q1")

CONSTRAINTS = {
    "tay's main threat": ({**RIGHT, "tay": "prompt_injection"}, "obeys it as an instruction. Nobody broke in here"),
    "clearview's": ({**RIGHT, "clearview": "supply_chain"}, "that was not theirs to see?"),
    "id-me's": ({**RIGHT, "id-me": "excessive_agency"}, "only what stood before the camera"),
    "pytorch-nightly's": ({**RIGHT, "pytorch-nightly": "evasion"}, "thief's code come to run"),
    "shadowray's": ({**RIGHT, "shadowray": "supply_chain"}, "pay for every hour"),
    "llm-jacking's": ({**RIGHT, "llm-jacking": "model_extraction"}, "Whose bill is it"),
    "hugging-face's": ({**RIGHT, "hugging-face": "data_poisoning"}, "loading them was enough"),
    "amazon-q's": ({**RIGHT, "amazon-q": "prompt_injection"}, "in an agent that may only read"),
    "what was lost in the end comes second": (
        {**RIGHT, "postmark-mcp": "privacy_breach"},
        "9 of 10 are right. Postmark MCP server, privacy breach",
    ),
    "claude-distillation's": ({**RIGHT, "claude-distillation": "denial_or_cost"}, "What were 16 million answers"),
    "one of the threats": ({**RIGHT, "id-me": "identity theft"}, "it must be a threat (data_poisoning, "),
    "one that is spelled so": ({**RIGHT, "tay": "data_poisning"}, "Did you mean 'data_poisoning'?"),
    "each of them": ({name: RIGHT[name] for name in list(RIGHT)[1:]}, "'clearview' is missing"),
    "and no other": ({**RIGHT, "Tay bot": "evasion"}, "'Tay bot' is none of the names"),
}
