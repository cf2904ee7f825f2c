"""Command line: simulate a cohort of subjects with known truth."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from deepemg.simulate.assumptions import COHORT, load_assumptions, vary
from deepemg.simulate.cohort import Cohort, make_cohort


def main() -> int:
    """Run the command; 0 all trials made, 1 some trials lost, 2 nothing made."""
    parser = argparse.ArgumentParser(prog="python -m deepemg.simulate", description=__doc__)
    parser.add_argument("--seed", type=int, required=True, help="same seed, same files, byte for byte")
    parser.add_argument("--subjects", type=int, default=5, help="how many subjects (S1, S2, ...)")
    parser.add_argument("--out", type=Path, required=True, help="folder of the subject folders")
    parser.add_argument("--tier", choices=("T1", "T2", "T3", "T4"), default="T1", help="see docs/truth.md")
    parser.add_argument("--emg", choices=("csv", "edf"), default="csv", help="raw EMG in uV, or 16-bit samples (EDF)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="trials simulated at the same time")
    parser.add_argument("--loads", type=float, nargs="+", help="hand loads, kg")
    parser.add_argument("--train-repetitions", type=int, help="curls in each training trial")
    parser.add_argument("--test-repetitions", type=int, help="curls in each test trial")
    parser.add_argument("--assumptions", type=Path, default=COHORT, help="a changed copy of cohort.yaml")
    options = parser.parse_args()
    given = {key: getattr(options, key) for key in ("loads", "train_repetitions", "test_repetitions")}
    protocol = {key: value for key, value in given.items() if value is not None}
    counts = (options.subjects, options.jobs, *(protocol[key] for key in protocol if key != "loads"))
    if min(counts) < 1 or min(protocol.get("loads", [0])) < 0:
        parser.error("subjects, jobs and repetitions must be at least 1, loads at least 0 kg")
    assumptions = vary(load_assumptions(options.assumptions), {"protocol": protocol})
    try:
        lost = make_cohort(
            options.out, Cohort(options.seed, options.tier, assumptions, options.emg), options.subjects, options.jobs
        )
    except FileExistsError as error:
        print(error, file=sys.stderr)
        return 2
    for trial in lost:
        print(f"lost: {trial} was not made, and is not in the subject's trials.csv", file=sys.stderr)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
