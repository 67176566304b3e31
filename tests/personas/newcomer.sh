#!/usr/bin/env bash
# A newcomer has only the help: what there is, an example of it, and a hint where a name is wrong.
#
#     newcomer.sh OUT TALK
set -euo pipefail
out=$1 talk=$2
mkdir -p "$out"
cd "$out"
cp "$talk" talk.mkv

vtk --help > help.txt
vtk splt talk.mkv 2> hint.txt || true
vtk split --help > split.txt
vtk split talk.mkv | vtk show > shots.txt
vtk chapter talk.mkv | vtk show --plain > chapters.txt
bash -c "$(vtk completion bash); complete -p vtk" > completion.txt
