#!/usr/bin/env bash
# The library of this checkout, in the environment that Snakemake has just made from study.yaml (--sdm conda).
set -eu
pip install --quiet --no-deps --editable .
