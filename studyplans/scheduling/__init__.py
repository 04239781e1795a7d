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
from studyplans.scheduling.standing import PlanStanding, Standing

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
    "PlanStanding",
    "Review",
    "Session",
    "Slot",
    "SpecialDay",
    "Standing",
    "StudyWindow",
    "Style",
    "Tightest",
    "WeeklyWindow",
    "plan",
    "study_windows",
]
