"""`make bench`: `python -m deepemg.bench <csv>` times this library beside others in one run."""

from __future__ import annotations

import sys
from pathlib import Path

from deepemg.bench.arm import compare

if __name__ == "__main__":
    table = compare()
    path = Path(sys.argv[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=False)
    print(table.to_string(index=False))
