"""The scope editor."""
