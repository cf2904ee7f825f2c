# One run at a time works in a results folder.
import fcntl

RUN = {}


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
