"""The checklist panel."""
