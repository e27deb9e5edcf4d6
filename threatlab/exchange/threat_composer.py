"""Threat Composer, schema 1 (awslabs/threat-composer): read. It has threats and mitigations, and no parts to draw."""

from __future__ import annotations

from threatlab.errors import ThreatLabError
from threatlab.exchange.node import Node
from threatlab.exchange.parts import Claim, Format, Found

_SCHEMA = 1
_SENTENCE = ("threatSource", "prerequisites", "threatAction", "threatImpact")
_DONE = {"mitigationResolved": True, "mitigationIdentified": False, "mitigationInProgress": False}
_DONE |= {"mitigationResolvedWillNotAction": False}


def _read(file: Node) -> Found:
    if file.number("schema") != _SCHEMA:
        raise ThreatLabError(f"schema is {file.number('schema'):g}, and {_SCHEMA} is read: export the workspace anew")
    about = file.child("applicationInfo")
    found = Found(about.text("name", "") or "Threat Composer workspace", about.text("description", ""))
    for threat in file.each("threats"):
        parts = " ".join(threat.text(key, "") for key in _SENTENCE).strip()
        title = threat.text("statement", "") or parts
        found.threats.append(Claim(title, " ".join((_comment(threat), *threat.texts("tags")))))
    for mitigation in file.each("mitigations"):
        done = _DONE.get(mitigation.text("status", ""))
        found.mitigations.append(Claim(mitigation.text("content"), _comment(mitigation), done))
    shown = [key for key in ("architecture", "dataflow") if file.child(key).value]
    found.asks.append(
        f"The file has no parts to draw{', only pictures and words' if shown else ''}: which zones, elements and flows "
        "are there? Draw them."
    )
    return found


def _comment(node: Node) -> str:
    return " ".join(each.text("value", "") for each in node.each("metadata") if each.text("key", "") == "Comments")


THREAT_COMPOSER = Format(
    name="threat-composer",
    title="Threat Composer 1",
    recognizes=lambda file: (
        isinstance(file.get("schema"), int | float)
        and {"threats", "mitigations", "assumptions", "applicationInfo"} & file.keys() != set()
    ),
    read=_read,
)
