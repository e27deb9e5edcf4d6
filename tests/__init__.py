"""Tests, by what they need; a folder that shares what takes long to start is a package (`tests/browser`)."""
