"""What holds for every test: a learner's progress is kept in memory, never in the home folder of who runs them."""

import os

os.environ["THREATLAB_PROGRESS"] = "memory"
