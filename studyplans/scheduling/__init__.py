"""The engine: a learner's week and milestones in, dated study sessions out."""

from studyplans.scheduling.calendar import StudyWindow, study_windows
from studyplans.scheduling.demand import Tightest
from studyplans.scheduling.outcome import LateMilestone, Plan, Session
from studyplans.scheduling.planner import plan
from studyplans.scheduling.problem import (
    Fault,
    ImpossibleProblem,
    Interval,
    PathShare,
    Pin,
    PlanMilestone,
    PlanProblem,
    Review,
    Slot,
    SpecialDay,
    Style,
    WeeklyWindow,
)

__all__ = [
    "Fault",
    "ImpossibleProblem",
    "Interval",
    "LateMilestone",
    "PathShare",
    "Pin",
    "Plan",
    "PlanMilestone",
    "PlanProblem",
    "Review",
    "Session",
    "Slot",
    "SpecialDay",
    "StudyWindow",
    "Style",
    "Tightest",
    "WeeklyWindow",
    "plan",
    "study_windows",
]
