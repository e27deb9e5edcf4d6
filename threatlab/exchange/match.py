"""Which of our threats and controls another tool's text speaks of: only where its words leave no doubt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from threatlab.catalog import Catalog

_THREATS = {
    "data_poisoning": r"(?:data|models?|training|rag|index|memory|knowledge base|embeddings?|vectors?)[ -]poison\w*"
    r"|poison\w* (?:of |the |our )*(?:\w+ )?(?:training|data ?sets?|models?|index|memory|embeddings?|knowledge)"
    r"|(?:tamper|manipulat|corrupt|malicious)\w* (?:with |or |manipulate )*(?:the )?"
    r"(?:training data|rag |knowledge base)"
    r"|(?:training|models?) back-?doors?|back-?door\w* (?:in |the )*models?",
    "model_extraction": r"model (?:theft|stealing|extraction|exfiltration|replication|cloning)|shadow models?"
    r"|(?:steal|extract|cop|exfiltrat|clon|replicat)\w* (?:the |our |your |a )?(?:proprietary )?(?:\w+ )?models?\b"
    r"(?! (?:output|answer|response))|distillation|model weights",
    "evasion": r"adversarial (?:examples?|inputs?|images?|samples?|perturbations?)|perturbation attacks?|model evasion"
    r"|misclassif\w*|evad\w+ (?:the )?(?:\w+ )?(?:models?|classifiers?)",
    "privacy_breach": r"membership inference|(?:model |embedding )?inversion attacks?|model inversion"
    r"|(?:disclos|leak|expos|reveal|exfiltrat|memoriz)\w* (?:of )?(?:\w+ ){0,2}"
    r"(?:personal|private|pii|training|sensitive|confidential)\b"
    r"|(?:personal|private|pii|training|sensitive|confidential) (?:\w+ ){0,3}(?:disclos|leak|expos|exfiltrat)\w*"
    r"|privacy (?:breach|violation|leak)\w*",
    "prompt_injection": r"prompt[ -]injections?|jailbreak\w*|(?:malicious|crafted|hidden) (?:prompt|instruction)s?"
    r"|inject\w* (?:\w+ )?(?:prompt|instruction)s?",
    "supply_chain": r"supply[ -]chain|typo-?squat\w*|(?:compromis|malicious|vulnerable|outdated|deprecated|hijack)\w* "
    r"(?:\w+ ){0,2}(?:dependenc\w+|packages?|librar\w+|pre-?trained models?)|dependency confusion"
    r"|(?:3rd|third)[ -]party (?:\w+ )?(?:packages?|librar\w+|dependenc\w+)",
    "denial_or_cost": r"denial[ -]of[ -](?:service|wallet)|ddos|unbounded consumption|resource exhaustion"
    r"|excessive costs|(?:exhaust|overwhelm|flood)\w* (?:\w+ ){0,3}(?:service|system|resources?|apis?|gpus?)",
    "excessive_agency": r"excessive (?:agency|autonomy|functional\w*|permissions)|over-?privileged (?:\w+ )?"
    r"(?:agents?|plug-?ins?|tools?)|(?:abus|misus)\w* (?:of )?(?:those |its |the )?(?:tools?|agents?|plug-?ins?)",
}
"""Words of the field that speak of one threat and of no other, by the threat's id."""

_CONTROLS = {
    "encryption_enabled": r"encrypt(?:s|ed|ion|ing)?"
    r"(?= (?:of|at|in|mechanisms?|the|all|every|sensitive|stores?|data|\w+ at rest))"
    r"|(?:data |be |message level |full-?disk )encrypt(?:ed|ion)|encryption (?:at rest|in transit)|mutual tls|mtls"
    r"|(?:enforce|require|use) (?:end-to-end )?(?:an encrypted connection|tls|https)",
    "rbac_configured": r"role[ -]based access|\brbac\b|least[ -]privileged? (?:permissions?|defaults|roles?|access)"
    r"|access controls? (?:on|to|for)|(?:authorize|authorization of) (?:users?|callers?)",
    "secrets_in_vault": r"(?:secrets?|credentials?|keys?|tokens?) (?:\w+ )?(?:in|into|to) (?:an? |the )?(?:\w+ )?vault"
    r"|secrets? manage\w*|short-lived (?:\w+ )?(?:tokens?|credentials?|secrets?|keys?)",
    "authentication_enforced": r"(?:client|api|caller|user|strong|multi-factor|mutual) authentication\b(?! and auth)"
    r"|\bmfa\b|be authenticated|authenticate (?:every|all|users?|callers?|clients?)|authentication methods",
    "service_exposure_hardened": r"off the (?:public )?internet|private (?:endpoint|link)s?",
    "training_data_validated": r"(?:validat|vett|screen|verif)\w* (?:and \w+ )?(?:of )?(?:the )?training data(?! suppl)"
    r"|training data (?:validation|vetting|screening|verification)|(?:anomal|outlier)\w* (?:detection )?in training",
    "data_provenance_tracked": r"data (?:provenance|lineage)",
    "personal_data_minimized": r"(?:minimi[sz]|anonymi[sz]|pseudonymi[sz])\w* (?:\w+ )?(?:personal|data|records|pii)"
    r"|data minimi[sz]ation|anonymi[sz]ation|(?:redact|mask|scrub)\w* (?:of )?(?:personal|pii|data)"
    r"|(?:data )?saniti[sz]ation and scrubbing",
    "privacy_preserving_training": r"differential(?:ly)? priva\w+|dp-sgd",
    "adversarial_robustness_tested": r"adversarial (?:training|testing|tests?|robustness|hardening)|red[ -]team\w*",
    "model_validated_before_release": r"(?:gate|validat|evaluat)\w* (?:every |each )?models? (?:before|at) release",
    "training_environment_isolated": r"isolat\w* (?:of )?(?:the )?training (?:environment|hosts?|cluster)",
    "model_artifacts_verified": r"verif\w* (?:the )?models? (?:files?|artifacts?|provenance|signatures?|hash\w*)"
    r"|model (?:signing|integrity checks?)|signed models?",
    "dependencies_scanned": r"software composition analysis|\bsca\b|dependabot|(?:scan|pin|patch)\w* (?:\w+ )?"
    r"(?:dependenc\w+|packages?|librar\w+)|dependency (?:scanning|pinning)",
    "ai_bom_maintained": r"bill of materials|\bai-?bom\b|\bml-?bom\b|\bsbom\b",
    "tool_sources_verified": r"(?:vet|review|analy[sz]|verif)\w* (?:of )?(?:\w+ )?(?:tools and )?plug-?ins?"
    r"(?! handling)|(?:security|dynamic) analysis (?:of|on) (?:[\w-]+ )?plug-?ins?",
    "rate_limiting_enabled": r"rate[ -]limit\w*|throttl\w*|(?:request|token|spend|per-user) (?:\w+ )?"
    r"(?:limits?|quotas?)",
    "input_anomaly_detection": r"input (?:validation|saniti[sz]ation)(?! (?:is|on training))|validate all inputs"
    r"|anomal\w+ (?:in|of) (?:the )?inputs?",
    "output_detail_limited": r"round(?:ed)? scores|(?:limit|reduce)\w* (?:the )?(?:output detail|confidence scores?)",
    "prompt_guardrails_enabled": r"guardrails?|prompt (?:and \w+ )?(?:filter|screen|moderat|shield|injection detect)\w*"
    r"|content (?:moderation|filters?)",
    "untrusted_content_segregated": r"(?:segregat|separat)\w* (?:\w+ )?(?:content|prompts?|data) from"
    r"|segregat\w* (?:external|untrusted) content|spotlighting",
    "output_validation_enabled": r"(?:validat|saniti[sz]|encod)\w* (?:and \w+ )?(?:\w+ )?(?:outputs?|replies|answers)"
    r"|outputs? as untrusted|output (?:validation|encoding|saniti[sz]ation)",
    "retrieval_access_enforced": r"(?:access|permission)\w* (?:in|at|on) (?:the )?(?:retrieval|query time|index)"
    r"|(?:rag|knowledge base|vector (?:store|database))\w* (?:\w+ )?(?:with )?access control\w*",
    "tool_permissions_restricted": r"(?:restrict|limit|scop|least privilege)\w* (?:\w+ ){0,3}"
    r"(?:plug-?ins?|tools?|agents?|capabilities)(?! suppl)|tool (?:permissions?|allow-?lists?)",
    "human_approval_required": r"human (?:confirm|approv|oversight|review)\w*|human[ -]in[ -]the[ -]loop"
    r"|(?:person|manual)\w* approv\w*",
    "agent_memory_protected": r"(?:protect|isolat|separat)\w* (?:\w+ )?memor(?:y|ies)",
    "execution_sandboxed": r"sandbox\w*",
    "monitoring_active": r"monitor\w* (?:\w+ )?(?:for |of )?(?:\w+ )?(?:inputs?|outputs?|behaviou?rs?|prompts?|api use)"
    r"|(?:behaviou?r|output|model) monitoring|logging and monitoring|monitoring and logging",
    "incident_response_tested": r"incident (?:response )?(?:plan|exercise|drill|rehears|runbook|playbook)\w*|tabletop",
    "staff_trained": r"(?:security )?awareness|(?:staff|user|developer|employee) training"
    r"|train(?:ing)? (?:of |for )?(?:our |your )?(?:staff|users|developers|employees)",
    "abuse_detection_active": r"(?:abuse|misuse) detection|detect\w* (?:coordinated )?(?:abuse|misuse)",
}
"""Words of the field that speak of one control and of no other, by the control's id."""

_REST = re.compile(r",? (?:resulting in|negatively impacting) .*", re.DOTALL)
"""What Threat Composer's sentences end with: what is harmed, which tells no threat from another."""

_CLASS = re.compile(r"\b(?:LLM|ASI|ML)\d\d\S* [A-Z]\w+(?: \w+){0,3}")
"""An entry of one of OWASP's lists, as models name it."""

_LONGEST = 600
"""Characters of a title that are looked at."""

_SMALL = {
    *("a", "an", "and", "at", "before", "by", "every", "for", "from", "in", "into", "may", "of", "off", "or", "our"),
    *("out", "the", "to", "what", "where", "your"),
}
"""Words of a title that say nothing of what it is about."""


@dataclass(frozen=True, slots=True)
class Match:
    """A threat's or control's id, its title, and why we say so."""

    id: str
    title: str
    because: str


def match_threat(title: str, text: str, catalog: Catalog) -> tuple[Match, ...]:
    """Return the threats of the catalog that a title speaks of: one if there is no doubt, else several or none.

    Where the title speaks of none, the class counts that the text names, such as "LLM04 Data and Model Poisoning".
    """
    ours = {each.id: each.title for each in catalog.threats.values()}
    return _spoken_of(title, ours, _THREATS) or _spoken_of(". ".join(_CLASS.findall(text)), ours, _THREATS)


def match_control(title: str, _: str, catalog: Catalog) -> tuple[Match, ...]:
    """Return the controls of the catalog that a title speaks of: one if there is no doubt, else several or none.

    What stands in the text counts not: it names what else there is, and what goes with it.
    """
    return _spoken_of(title, {each.id: each.title for each in catalog.controls.values()}, _CONTROLS)


def _spoken_of(title: str, ours: Mapping[str, str], phrases: Mapping[str, str]) -> tuple[Match, ...]:
    plain = " ".join(_REST.sub("", title[:_LONGEST]).casefold().split())
    found = []
    for id_, called in ours.items():
        if said := _said(plain, called, phrases.get(id_, "")):
            found.append(Match(id_, called, f"it says {said!r}"))
    return tuple(found)


def _said(plain: str, called: str, phrase: str) -> str:
    """Return the words of a text that name something: the phrase of the field, or its own title's, all of them."""
    if phrase and (found := re.search(rf"\b(?:{phrase})", plain)):
        return found[0]
    words = [re.escape(word) for word in re.findall(r"\w+", called.casefold()) if word not in _SMALL]
    found = re.search(r"\b" + r"\w{0,3}\W+(?:\w+\W+){0,2}".join(words), plain) if words else None
    return found[0] if found else ""
