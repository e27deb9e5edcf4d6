"""Panels that ask the learner: predictions, recall, progress."""
