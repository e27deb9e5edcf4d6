"""The questions of lesson 06: a threshold, a detector, a tabletop from another chair, a new threat, Monday's page."""

from threatlab.exercises.operate.pieces import PIECES, nearest, open_answers, w1, w2, w3, w4, w5, w6, w7, w8
from threatlab.exercises.operate.q1_threshold import q1
from threatlab.exercises.operate.q2_detector import q2, small_day
from threatlab.exercises.operate.q3_tabletop import GOALS, q3
from threatlab.exercises.operate.q4_threat import q4
from threatlab.exercises.operate.q5_page import q5
from threatlab.exercises.question import holds

QUESTIONS = (q1, q2, q3, q4, q5)
