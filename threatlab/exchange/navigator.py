"""An ATLAS Navigator layer: which techniques a system leaves open, and which its controls cover."""

from __future__ import annotations

from threatlab.exchange.merge import Export
from threatlab.report import ThreatModel
from threatlab.report.json_file import json_text
from threatlab.words import counted

_STATES = {
    "open": ("#C62828", "no control that bears on it is in place"),
    "partly covered": ("#F9A825", "some of the controls that bear on it are in place"),
    "covered": ("#2E7D32", "every control that bears on it is in place"),
}
"""Colors of a layer, each with what it means."""


def to_layer(model: ThreatModel) -> Export:
    """Return a layer with each ATLAS technique on which a control that applies to the system bears.

    Its score is the share of these controls that are in place, from 0 to 100; its comment names them.
    """
    system = model.system
    controls = [each for each in system.catalog.controls.values() if each.applies(system.true)]
    techniques = {entry.id: entry for each in controls for entry in each.atlas_techniques}
    parents = {id_.rpartition(".")[0] for id_ in techniques if id_.count(".") == 2}
    rows: list[dict[str, object]] = [
        {"techniqueID": id_, "showSubtechniques": True} for id_ in parents - techniques.keys()
    ]
    for id_, technique in techniques.items():
        bearing = [each for each in controls if technique in each.atlas_techniques]
        there = [each for each in bearing if system[each.id]]
        state = "covered" if len(there) == len(bearing) else "partly covered" if there else "open"
        said = [
            f"{each.title}: {'in place' if system[each.id] else 'missing' if system[each.id] is False else 'unknown'}"
            for each in bearing
        ]
        rows.append(
            {
                "techniqueID": id_,
                "score": round(100 * len(there) / len(bearing)),
                "color": _STATES[state][0],
                "comment": f"{state}. {'; '.join(said)}",
                "enabled": True,
                "showSubtechniques": id_ in parents,
            }
        )
    layer = {
        "versions": {"layer": "4.3", "navigator": "4.6.4"},
        "name": model.title,
        "domain": "atlas-atlas",
        "description": f"{counted(len(techniques), 'technique')} with controls that apply to {system.name}. The "
        "score is the share of these controls in place. What no control of the catalog bears on isn't shown.",
        "metadata": [{"name": "atlas_data_version", "value": system.catalog.atlas.version}],
        "techniques": sorted(rows, key=lambda row: str(row["techniqueID"])),
        "gradient": {"colors": [color for color, _ in _STATES.values()], "minValue": 0, "maxValue": 100},
        "legendItems": [{"label": f"{name}: {means}", "color": color} for name, (color, means) in _STATES.items()],
    }
    return Export(json_text(layer))
