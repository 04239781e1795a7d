"""The engine: a learner's week and milestones in, dated study sessions out."""

from studyplans.scheduling.calendar import StudyWindow, study_windows
from studyplans.scheduling.outcome import LateMilestone, Plan, Session
from studyplans.scheduling.planner import plan
from studyplans.scheduling.problem import (
    Fault,
    ImpossibleProblem,
    PlanMilestone,
    PlanProblem,
    WeeklyWindow,
)

__all__ = [
    "Fault",
    "ImpossibleProblem",
    "LateMilestone",
    "Plan",
    "PlanMilestone",
    "PlanProblem",
    "Session",
    "StudyWindow",
    "WeeklyWindow",
    "plan",
    "study_windows",
]
