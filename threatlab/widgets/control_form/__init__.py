"""The form of questions about a system."""
