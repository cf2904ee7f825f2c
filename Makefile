# `make` sets up and runs the study; `make test` sets up and passes the tests. See README.md.
CORES ?= 8
PYTHON ?= python3
# PyTorch's own wheel index for a CPU (or another CUDA) build, e.g. make TORCH_INDEX=<index>; empty = as pip finds it.
TORCH_INDEX ?=
SEED ?= 20250307
SUBJECTS ?= 5
TIER ?= T1
EMG ?= csv
COHORT ?= cohort
CUBE ?=

export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHONPATH := $(CURDIR)/workflow
SNAKEMAKE = snakemake --cores $(CORES)

.PHONY: study test real opponents tiers prior cohort truth bench release lock

study: .venv/ready
	$(SNAKEMAKE) all

test: .venv/ready
	pytest -q

# The same workflow on real recordings: make real CUBE=<folder with load2p75_T1, ...>
real: .venv/ready
	@test -d "$(CUBE)" || { echo "make real needs CUBE=<folder of the recordings>; see examples/cube/CUBE1/subject.yaml"; exit 2; }
	$(SNAKEMAKE) all --config data=examples/cube "recordings=$(CUBE)" results=results/real

# Every alternative a user would pick, and loads not seen in training, on the embedded cohort and, with CUBE=<folder>, on the
# real recordings (an hour or so).
opponents: .venv/ready
	$(SNAKEMAKE) opponents unseen_load
	test -z "$(CUBE)" || $(SNAKEMAKE) cross_validation --config data=examples/cube_recorded "recordings=$(CUBE)" results=results/cross_validation
	test -z "$(CUBE)" || $(SNAKEMAKE) cross_validation --configfile config/kilograms.yaml \
	  --config data=examples/cube_kilograms "recordings=$(CUBE)" results=results/cross_validation_kg

# Twenty new subjects each in tiers T2 and T3, scored once per release (an hour or so).
tiers: .venv/ready
	for tier in T2 T3; do \
	  python -m deepemg.simulate --seed 2611 --subjects 20 --tier $$tier --out results/tiers/cohorts/$$tier && \
	  $(SNAKEMAKE) opponents --configfile config/tiers.yaml --config data=results/tiers/cohorts/$$tier results=results/tiers/$$tier || exit; \
	done

# The prior of `nmm` trained anew on virtual subjects (an hour or so), its bands scaled on development cohorts.
prior: .venv/ready
	for seed in 1 2 3; do python -m deepemg.reconstruct.nmm.training --seed $$seed --out results/prior/$$seed.pt || exit; done
	for tier in T1 T2 T3; do python -m deepemg.simulate --seed 20250307 --subjects 5 --tier $$tier --out results/truth/$$tier || exit; done
	python -m deepemg.audit.prior results/prior/1.pt results/prior/2.pt results/prior/3.pt \
	  --cohorts results/truth/T1 results/truth/T2 results/truth/T3 --out results/released/prior.pt
	python -m deepemg.reconstruct.nmm.training --seed 1 --no-arm --out results/prior/no_arm.pt
	python -m deepemg.audit.prior results/prior/no_arm.pt --cohorts results/truth/T1 results/truth/T2 results/truth/T3 \
	  --out results/released/prior_no_arm.pt
	dvc add results/released/prior.pt results/released/prior_no_arm.pt
	dvc push results/released/prior.pt.dvc results/released/prior_no_arm.pt.dvc
	python -m deepemg.audit.stress --prior results/released/prior.pt --out results/released/prior --document docs/nmm.md

# Simulated subjects with known truth: make cohort SEED=7 SUBJECTS=5 TIER=T1 COHORT=<folder> (EMG=edf for 16-bit files)
cohort: .venv/ready
	python -m deepemg.simulate --seed $(SEED) --subjects $(SUBJECTS) --tier $(TIER) --emg $(EMG) --out $(COHORT)

# The simulated truth audited: tables and figures of docs/truth.md (some 40 minutes). CUBE=<folder> as in `make real`.
truth: .venv/ready
	@test -d "$(CUBE)" || { echo "make truth needs CUBE=<folder of the recordings>; see examples/cube/CUBE1/subject.yaml"; exit 2; }
	python -m deepemg.audit --seed $(SEED) --subjects $(SUBJECTS) --cohorts results/truth --published data --published-seed 2503 \
	  --real examples/cube/CUBE1 --recordings "$(CUBE)" --out results/released/truth --document docs/truth.md

# This library beside OpenSim, timed in one run: results/bench/arm.csv
bench: .venv/ready
	python -m deepemg.bench results/bench/arm.csv

# Tables, figures and the README's summary of the finished study, for git.
release: study
	python -m deepemg.report.release results results/released README.md

# The lock from requirements.in. NVIDIA's wheels are left out: pip adds them itself where torch is a CUDA build.
lock:
	uv pip compile --universal --python-version 3.11 --no-header --no-annotate requirements.in \
	  | grep -vE '^(nvidia-|cuda-|triton)' > requirements.txt
	$(MAKE) --no-print-directory envs/study.yaml

# The same pins for sites that use conda (snakemake --sdm conda).
envs/study.yaml: requirements.txt
	@{ echo "# Generated from requirements.txt by: make envs/study.yaml"; \
	  echo "name: deepemg"; echo "channels: [conda-forge, nodefaults]"; \
	  echo "dependencies:"; echo "  - python =3.11"; echo "  - pip"; echo "  - pip:"; \
	  sed 's/.*/      - "&"/' requirements.txt; } > $@

# torch goes first and alone, so that its index is asked for torch only.
.venv/ready: requirements.txt
	$(PYTHON) -m venv .venv
	pip install --quiet --no-deps $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) $$(grep '^torch==' requirements.txt)
	pip install --quiet -r requirements.txt
	touch $@
