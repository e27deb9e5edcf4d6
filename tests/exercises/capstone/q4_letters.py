"""Wrong answers to capstone.q4, and what each must be told."""

from __future__ import annotations

from tests.exercises.solved import right

RIGHT = right("capstone.q4")

CONSTRAINTS = {
    "each": ({name: RIGHT[name] for name in list(RIGHT)[1:]}, "tool_sources_verified"),
    "its letter": ({**RIGHT, "personal_data_minimized": "E"}, "the names and stays of everybody"),
    "a letter": ({**RIGHT, "agent_memory_protected": "X"}, "one letter"),
    "every letter once": ({**RIGHT, "tool_sources_verified": "T"}, "no finding is left for Spoofing"),
}


def wrong(_):
    return [
        ({**RIGHT, "monitoring_active": "D"}, "What is there to show"),
        ({**RIGHT, "incident_response_tested": "R"}, "no finding is left for Denial of service"),
        ({**RIGHT, "tool_permissions_restricted": "I"}, "no finding is left for Elevation of privilege"),
    ]
