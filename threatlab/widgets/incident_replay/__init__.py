"""The incident replay."""
