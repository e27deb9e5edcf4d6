"""Wrong answers to capstone.q4, and what each must be told."""

from __future__ import annotations


def wrong(right):
    return [
        ({**right, "monitoring_active": "D"}, "What is there to show"),
        ({**right, "tool_sources_verified": "T"}, "no finding is left for Spoofing"),
        ({**right, "incident_response_tested": "R"}, "no finding is left for Denial of service"),
        ({**right, "tool_permissions_restricted": "I"}, "no finding is left for Elevation of privilege"),
        ({**right, "personal_data_minimized": "E"}, "the names and stays of everybody"),
        ({**right, "agent_memory_protected": "Tampering"}, "give one letter"),
    ]
