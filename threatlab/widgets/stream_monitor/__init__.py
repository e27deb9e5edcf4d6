"""The stream monitor."""
