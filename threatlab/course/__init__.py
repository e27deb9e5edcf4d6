"""The course's notebooks: where they lie, and the copy of them that a learner works in."""

from threatlab.course.folder import INSTALLED, cells_of, course_folder
from threatlab.course.learners_copy import COPIED, FOLDERS, start, update
from threatlab.course.version import version

__all__ = ["COPIED", "FOLDERS", "INSTALLED", "cells_of", "course_folder", "start", "update", "version"]
