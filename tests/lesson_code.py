# ruff: noqa: DTZ005, F401, G004, I001, N803, UP006, UP035
# fmt: off
"""The lesson's own code, word for word: what faithfulness tests and benchmarks compare with.

Only the indentation, which the lesson's page lost, is restored, and the usage block is a function,
so that it can be run again, and with another class of the same contract.
"""

# Threat Modeling Basics - Implementation Example
import logging
import hashlib
from datetime import datetime
from typing import Dict, List, Optional

logger = logging.getLogger(__name__)


class ThreatModelingBasicsManager:
    """Manage threat modeling basics controls for AI systems."""

    def __init__(self, config: Dict):
        self.config = config
        self.audit_log: List[Dict] = []
        self.active_controls: Dict[str, bool] = {}
        self._initialize_controls()

    def _initialize_controls(self):
        """Set up default security controls."""
        defaults = {
            "monitoring_enabled": True,
            "logging_level": "INFO",
            "alert_threshold": self.config.get("alert_threshold", 0.8),
            "auto_remediation": self.config.get("auto_remediate", False),
        }
        self.active_controls.update(defaults)
        logger.info(f"Initialized controls: {defaults}")

    def assess(self, system_id: str, data: Dict) -> Dict:
        """Run security assessment for threat modeling basics."""
        findings = []
        risk_score = 0.0

        # Check configuration compliance
        if not data.get("encryption_enabled"):
            findings.append({
                "severity": "HIGH",
                "finding": "Encryption not enabled",
                "recommendation": "Enable AES-256 encryption"
            })
            risk_score += 0.3

        # Check access controls
        if not data.get("rbac_configured"):
            findings.append({
                "severity": "MEDIUM",
                "finding": "RBAC not configured",
                "recommendation": "Implement role-based access control"
            })
            risk_score += 0.2

        # Check monitoring
        if not data.get("monitoring_active"):
            findings.append({
                "severity": "HIGH",
                "finding": "No active monitoring",
                "recommendation": "Deploy monitoring agents"
            })
            risk_score += 0.3

        result = {
            "system_id": system_id,
            "risk_score": min(risk_score, 1.0),
            "findings": findings,
            "timestamp": datetime.now().isoformat(),
            "assessed_by": "threat_modeling_basics"
        }
        self._log_assessment(result)
        return result

    def _log_assessment(self, result: Dict):
        """Log assessment for audit trail."""
        self.audit_log.append({
            "action": "assessment",
            "system_id": result["system_id"],
            "risk_score": result["risk_score"],
            "findings_count": len(result["findings"]),
            "timestamp": result["timestamp"]
        })


def usage(ThreatModelingBasicsManager=ThreatModelingBasicsManager):
    # Usage
    config = {"alert_threshold": 0.7, "auto_remediate": False}
    manager = ThreatModelingBasicsManager(config)
    result = manager.assess("ml-pipeline-prod", {
        "encryption_enabled": True,
        "rbac_configured": False,
        "monitoring_active": True
    })
    print(f"Risk score: {result['risk_score']}")
    for f in result["findings"]:
        print(f" [{f['severity']}] {f['finding']}")
