"""The instructor's pages: made from `workshop/*.toml`, the notebooks, and the exercises' own wrong answers.

They stand here, and not in the package, because they need what only a checkout has: the tests' wrong answers and the
count of minutes. So no learner installs them.
"""
