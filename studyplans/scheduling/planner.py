"""Lay milestones into the open minutes: earliest due time first, then the author's order."""

from datetime import UTC

from studyplans.scheduling.agenda import Agenda
from studyplans.scheduling.calendar import Span, horizon_end, open_spans
from studyplans.scheduling.checks import check
from studyplans.scheduling.minutes import first_minute_from, last_minute_by, moment_of
from studyplans.scheduling.outcome import LateMilestone, Plan, Session
from studyplans.scheduling.problem import PlanMilestone, PlanProblem


def plan(problem: PlanProblem) -> Plan:
    """Return dated sessions for the problem, or raise ImpossibleProblem.

    Small leftover gaps stay free only while that costs nobody a date or a place.
    """
    check(problem)
    roomy = _lay_out(problem, problem.minimum_piece_minutes)
    if roomy.feasible:
        return roomy
    return min(roomy, _lay_out(problem, 0), key=_shortfall)


def _shortfall(candidate: Plan) -> tuple[int, int]:
    most_late = max((late.minutes for late in candidate.late), default=0)
    return len(candidate.unplaced), most_late


def _lay_out(problem: PlanProblem, minimum_piece: int) -> Plan:
    layout = Layout(problem, minimum_piece)
    for span in open_spans(problem):
        if not layout.agenda.work_left:
            break
        layout.fill(span)
    layout.agenda.release(until=horizon_end(problem))
    return _plan_of(problem, layout)


class Layout:
    """The sessions laid so far, and the agenda of what is to come."""

    def __init__(self, problem: PlanProblem, minimum_piece: int) -> None:
        self.agenda = Agenda(problem.milestones, first_minute_from(problem.start))
        self.pieces: list[tuple[str, Span]] = []
        self._minimum_piece = minimum_piece

    def fill(self, span: Span) -> None:
        """Work through one open span, pausing wherever a milestone is released."""
        now = span.opens
        while now < span.closes:
            self.agenda.release(until=now)
            stop = min(span.closes, self.agenda.next_release or span.closes)
            key = self.agenda.next_key()
            if key is None or self._is_too_short(key, now, span):
                now = stop
                continue
            minutes = min(stop - now, self.agenda.minutes_left[key])
            self._lay(key, Span(now, now + minutes))
            now += minutes

    def _is_too_short(self, key: str, now: int, span: Span) -> bool:
        """Tell whether the rest of a span is too small to turn to this milestone in.

        A whole span is never too small, or windows shorter than a piece would stay empty.
        """
        if now == span.opens or (self.pieces and self.pieces[-1][0] == key):
            return False
        return span.closes - now < min(self._minimum_piece, self.agenda.minutes_left[key])

    def _lay(self, key: str, piece: Span) -> None:
        self.agenda.work(piece.closes - piece.opens, piece.closes)
        if self.pieces:
            last_key, last = self.pieces[-1]
            if last_key == key and last.closes == piece.opens:
                self.pieces[-1] = key, Span(last.opens, piece.closes)
                return
        self.pieces.append((key, piece))


def _plan_of(problem: PlanProblem, layout: Layout) -> Plan:
    finished = layout.agenda.finished
    unplaced = sorted((m.rank, m.key) for m in problem.milestones if m.key not in finished)
    everything_fits = bool(finished) and not unplaced
    measured = _measured(problem.milestones, finished)
    return Plan(
        sessions=tuple(_session(key, piece) for key, piece in layout.pieces),
        finish=moment_of(max(finished.values())) if everything_fits else None,
        late=tuple(dated for dated in measured if dated.minutes > 0),
        max_lateness_minutes=_max_lateness(problem.milestones, measured),
        unplaced=tuple(key for _, key in unplaced),
    )


def _session(key: str, piece: Span) -> Session:
    return Session(key=key, starts_at=moment_of(piece.opens), ends_at=moment_of(piece.closes))


def _measured(
    milestones: tuple[PlanMilestone, ...], finished: dict[str, int]
) -> list[LateMilestone]:
    """Hold every finished milestone against its due time; early ones have negative minutes."""
    measured = [
        LateMilestone(
            key=milestone.key,
            due=milestone.due.astimezone(UTC),
            finish=moment_of(finished[milestone.key]),
            minutes=finished[milestone.key] - last_minute_by(milestone.due),
        )
        for milestone in milestones
        if milestone.due and milestone.key in finished
    ]
    return sorted(measured, key=lambda dated: (dated.due, dated.key))


def _max_lateness(
    milestones: tuple[PlanMilestone, ...], measured: list[LateMilestone]
) -> int | None:
    asked = sum(milestone.due is not None for milestone in milestones)
    if not asked or len(measured) < asked:
        return None
    return max(dated.minutes for dated in measured)
