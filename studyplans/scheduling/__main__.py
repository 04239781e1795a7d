"""The engine as a filter: python -m studyplans.scheduling < problem.json > plan.json"""

import argparse
import sys

from studyplans.scheduling.options import option_to_document, options
from studyplans.scheduling.planner import plan
from studyplans.scheduling.problem import ImpossibleProblem
from studyplans.scheduling.wire import (
    plan_to_json,
    problem_from_json,
    refusal_to_json,
    schemas_to_json,
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m studyplans.scheduling", description=__doc__)
    parser.add_argument("--schema", action="store_true", help="print the JSON Schemas and stop")
    if parser.parse_args().schema:
        print(schemas_to_json())
        return 0
    return _filter()


def _filter() -> int:
    try:
        problem = problem_from_json(sys.stdin.buffer.read())
    except ImpossibleProblem as refusal:
        print(refusal_to_json(refusal))
        return 2
    answer = plan(problem)
    ways_out = () if answer.feasible else options(problem)
    print(plan_to_json(answer, map(option_to_document, ways_out)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
