"""Wrong answers to why.q1, and what each must be told."""

from __future__ import annotations


def wrong(right):
    return [
        ({**right, "tay": "prompt_injection"}, "obeys it as an instruction. Nobody broke in here"),
        ({**right, "postmark-mcp": "privacy_breach"}, "9 of 10 are right. Postmark MCP server, privacy breach"),
        ({**right, "llm-jacking": "model_extraction"}, "Whose bill is it"),
        ({**right, "claude-distillation": "denial_or_cost"}, "What were 16 million answers good for"),
        ({**right, "hugging-face": "data_poisoning"}, "loading them was enough"),
        ({**right, "id-me": "identity theft"}, "it must be a threat (data_poisoning, "),
        ({"tay": "data_poisoning"}, "excessive_agency) for each of: tay, "),
    ]
