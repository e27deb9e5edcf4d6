"""Assess one system: findings, a risk score, residual risk by threat, best next steps."""

from threatlab.assessment.result import Assessment, Finding, NextQuestion, NextStep, assess

__all__ = ["Assessment", "Finding", "NextQuestion", "NextStep", "assess"]
