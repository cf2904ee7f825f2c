# Content decides what runs again: the digest of the files that a job is given, and no rule makes, is a parameter of its
# rule. Set for all rules here, because a parameter that is a function of `input` triggers nothing in Snakemake.
from functools import cache, partial

from deepemg.study.content import ContentDigests

CONTENT = ContentDigests(Path(".snakemake") / "content.json")


@cache
def is_made(path):
    """Whether some rule makes this file."""
    return any(output.match(path) for maker in workflow.rules for output in maker.output)


def content_of(asked, wildcards):
    """Digest of the recordings, texts, trained weights and sources of a job, by the name of the input."""
    files, *_ = asked.expand_input(wildcards)
    groups = {name: [group] if isinstance(group, str) else group for name, group in files.items()}
    given = {name: [file for file in group if not is_made(file)] for name, group in groups.items()}
    return {name: CONTENT.of_files(group) for name, group in given.items() if group}


for each in workflow.rules:
    if each.script:
        each.set_params(content=partial(content_of, each))
