"""The shared dashboard."""
