"""The system explorer."""
