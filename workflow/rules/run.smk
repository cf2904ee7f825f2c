# One run at a time works in a results folder.
import fcntl
import sys

from deepemg.atomic import sweep
from deepemg.study.told import findings_lines, refusals, subjects_line

if workflow.is_main_process:
    print(subjects_line(STUDY.subjects, STUDY.excluded), file=sys.stderr)

RUN = {}


onsuccess:
    CONTENT.keep()
    print("\n".join(findings_lines(Path(config["results"]), SUBJECTS)), file=sys.stderr)


onerror:
    CONTENT.keep()
    # The last thing that is said, where a recording was the reason.
    print("\n".join(refusals(Path(config["results"]) / "logs")), file=sys.stderr)


onstart:
    # Snakemake's own lock outlives a kill (profiles/default turns it off); this one ends with its process.
    if workflow.is_main_process:
        results = Path(config["results"])
        results.mkdir(parents=True, exist_ok=True)
        RUN["lock"] = open(results / ".running", "w")
        try:
            fcntl.flock(RUN["lock"], fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WorkflowError(f"DE-090 {results}: another run is working here; wait until it ends") from None
        sweep(results)
