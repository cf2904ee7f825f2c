# `make` sets up and runs the study; `make test` sets up and passes the tests. `make help` lists the rest. See README.md.
CORES ?= 8
# OpenSim has wheels for Python 3.11, 3.12 and 3.13.
PYTHON ?= python3
# PyTorch's own wheel index for a CPU (or another CUDA) build, e.g. make TORCH_INDEX=<index>; empty = as pip finds it.
TORCH_INDEX ?=
SEED ?= 20250307
SUBJECTS ?= 5
TIER ?= T1
EMG ?= csv
COHORT ?= cohort
CUBE ?=
DATA ?=
SET ?= zenodo_11209324
LOAD ?=
FULL ?=
# Of the trainings of the learning curve: each goes on from the one before; the last is the network that is used.
CHUNKS ?= 100 200 400 800 1300

export PATH := $(CURDIR)/.venv/bin:$(PATH)
RUN = deepemg run --cores $(CORES) --
NEED_CUBE = test -d "$(CUBE)" || { echo "make $@ needs CUBE=<folder of the recordings>; see examples/cube/CUBE1/subject.yaml"; exit 2; }
NEED_DATA = test -e "$(DATA)" || { echo "make $@ needs DATA=<the data set $(SET)>; see deepemg import --help"; exit 2; }
REFIT = $(RUN) $(patsubst %,results/verified/tables/%.csv,subjects parameters torque deep_emg) \
  --configfile results/released/config.yaml --config results=results/verified
MACHINES = results/released/machines.csv
DEVELOPMENT = results/development/T1 results/development/T2 results/development/T3

.PHONY: subject study test quick test-long slurm real people opponents tiers weights cohort truth bench release verify machines docs lock help

##@ The study
study: .venv/ready       ## what `make` alone does: set up and run the study; open results/report.html
	@$(RUN) all

subject: .venv/ready     ## one subject, nmm alone, ending in its page: make subject ID=S06
	@test -n "$(ID)" || { echo "make subject needs ID=<name of the subject folder>"; exit 2; }
	@deepemg check $(ID); test $$? -lt 2
	@$(RUN) results/$(ID)/report.html --config "subjects=[$(ID)]" "fit_method={methods: [nmm]}"

##@ Tests
test: .venv/ready        ## set up and pass the tests (some 10 minutes on 2 cores)
	@deepemg fetch
	pytest -q -n auto --dist loadfile --no-loadscope-reorder -m "not long"

quick: .venv/ready       ## the tests that take seconds (2 minutes)
	pytest -q -n auto --dist loadfile --no-loadscope-reorder -m "not slow and not long"

test-long: .venv/ready   ## the tests that take minutes
	pytest -q -m long

slurm: .venv/ready       ## the tests of profiles/slurm, on a Slurm of one node that is installed for them (Debian, root; minutes)
	tests/slurm_node.sh install
	pytest -q -m long tests/test_slurm.py

##@ Other recordings
real: .venv/ready        ## the same workflow on real recordings: make real CUBE=<folder with load2p75_T1, ...>
	@$(NEED_CUBE)
	@$(RUN) all --config data=examples/cube "recordings=$(CUBE)" results=results/real

people: .venv/ready      ## people of a public data set: make people DATA=<folder> [SET=zenodo_11209324] [LOAD="0 kg"]
	@$(NEED_DATA)
	@deepemg import $(SET) "$(DATA)" results/people/data --all $(if $(LOAD),--load "$(LOAD)")
	@$(RUN) all --config data=results/people/data results=results/people

##@ Comparisons
opponents: .venv/ready   ## every alternative, and loads not seen in training; with CUBE=<folder> on real recordings too (an hour)
	@$(RUN) opponents unseen_load
	@test -z "$(CUBE)" || $(RUN) cross_validation \
	  --config data=examples/cube_recorded "recordings=$(CUBE)" results=results/cross_validation
	@test -z "$(CUBE)" || $(RUN) cross_validation --configfile config/overlays/kilograms.yaml \
	  --config data=examples/cube_kilograms "recordings=$(CUBE)" results=results/cross_validation_kg

tiers: .venv/ready       ## twenty new subjects each in tiers T2 and T3, scored once per release (an hour)
	for tier in T2 T3; do \
	  deepemg simulate --seed 2611 --subjects 20 --tier $$tier --out results/tiers/cohorts/$$tier && \
	  $(RUN) opponents --configfile config/overlays/tiers.yaml \
	    --config data=results/tiers/cohorts/$$tier results=results/tiers/$$tier || exit; \
	done

##@ Weights, simulated subjects, timings
weights: .venv/ready     ## train nmm anew on virtual subjects (some hours), courses and bands scaled on development cohorts
	for chunks in $(CHUNKS); do \
	  deepemg train network --seed 1 --chunks $$chunks --out results/trained/$$chunks.pt || exit; done
	for tier in T1 T2; do \
	  deepemg simulate --seed 20250307 --tier $$tier --out results/development/$$tier || exit; done
	deepemg simulate --seed 20250307 --subjects 3 --load 0 --load 4 --tier T3 --out results/development/T3
	deepemg train assemble results/trained/$(lastword $(CHUNKS)).pt $(DEVELOPMENT:%=--cohort %) --out resources/nmm.pt
	cp results/trained/network-1.trunk resources/
	dvc add resources/nmm.pt resources/network-1.trunk
	dvc push resources/nmm.pt.dvc resources/network-1.trunk.dvc
	deepemg train curve $(CHUNKS:%=results/trained/%.pt) $(DEVELOPMENT:%=--cohort %)
	deepemg train stress
	deepemg train calibration
	deepemg train protocols
	deepemg docs

cohort: .venv/ready      ## simulated subjects with known truth: make cohort SEED=7 SUBJECTS=5 TIER=T1 COHORT=<folder> EMG=edf
	deepemg simulate --seed $(SEED) --subjects $(SUBJECTS) --tier $(TIER) --emg $(EMG) --out $(COHORT)

truth: .venv/ready       ## the simulated truth audited, with CUBE=<folder> (over an hour)
	@$(NEED_CUBE)
	deepemg audit --seed $(SEED) --subjects $(SUBJECTS) --real examples/cube/CUBE1 --recordings "$(CUBE)"
	deepemg docs

bench: .venv/ready       ## this library beside OpenSim, timed in one run: results/bench/joint.csv
	deepemg bench

##@ For maintainers
release: study           ## the finished study for git: tables, figures, model cards, the README's summary; its fits for DVC
	deepemg publish study
	dvc add results/released/weights
	dvc push results/released/weights.dvc
	deepemg docs

verify: .venv/ready      ## are the released tables reproduced from the released fits? With FULL=1: from fits made anew
	@$(if $(FULL),$(REFIT))
	@deepemg verify $(if $(FULL),--results results/verified)

machines: .venv/ready    ## the same on kinds of machines that this one can stand in for, for docs/reproduce.md (an hour)
	# Exit code 1: some cells differ. That is what is looked for, and kept.
	deepemg verify --keep $(MACHINES); test $$? -lt 2
	for kind in "2 threads" "torch without AVX" "oneDNN without AVX" "MKL without AVX" "NumPy without AVX" \
	  "C library without AVX" "OpenBLAS for Nehalem" "OpenBLAS for Sandybridge" "no AVX at all"; do \
	  deepemg verify --fit 'S1/*' --kind "$$kind" --keep $(MACHINES); test $$? -lt 2 || exit; done
	for kind in "as it is" "no AVX at all"; do \
	  deepemg verify --anew --fit S1/4kg/nmm --kind "$$kind" --keep $(MACHINES); test $$? -lt 2 || exit; done

docs: .venv/ready        ## the generated sections of README.md and docs/, and config/defaults.yaml
	deepemg docs

# NVIDIA's wheels are left out of the lock: pip adds them itself where torch is a CUDA build.
lock:                    ## requirements.txt from requirements.in, with uv
	uv pip compile --universal --python-version 3.11 --no-header --no-annotate requirements.in \
	  | grep -vE '^(nvidia-|cuda-|triton)' > requirements.txt
	$(MAKE) --no-print-directory envs/study.yaml

help:                    ## this list
	@awk -F ':.*## ' '/^##@/ {print "\n" substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile
	@echo
	@echo "Also: CORES=2 (jobs at once), PYTHON=python3.12, TORCH_INDEX=<PyTorch's CPU wheel index>, e.g. make CORES=2"

# The same pins for sites that use conda (snakemake --sdm conda).
envs/study.yaml: requirements.txt
	@{ echo "# Generated from requirements.txt by: make envs/study.yaml"; \
	  echo "name: deepemg"; echo "channels: [conda-forge, nodefaults]"; \
	  echo "dependencies:"; echo "  - python =3.11"; echo "  - pip"; echo "  - pip:"; \
	  sed 's/.*/      - "&"/' requirements.txt; } > $@

# torch goes first and alone, so that its index is asked for torch only. The library itself is installed where it lies.
.venv/ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || \
	  { echo "found $$($(PYTHON) --version 2>&1); expected 3.11, 3.12 or 3.13: make PYTHON=python3.12"; exit 2; }
	@case "$(CURDIR)" in *" "*) echo "found a space in $(CURDIR); expected none, for Snakemake: rename the folder"; exit 2;; esac
	$(PYTHON) -m venv .venv
	pip install --quiet --no-deps $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) $$(grep '^torch==' requirements.txt)
	pip install --quiet --use-pep517 -r requirements.txt
	pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@
