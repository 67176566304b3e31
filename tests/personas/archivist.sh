#!/usr/bin/env bash
# An archivist takes in films: what is in each, shot by shot, an edit list and a sheet of pictures.
#
#     archivist.sh OUT FILM...
set -euo pipefail
out=$1
shift
mkdir -p "$out"

vtk probe "$@" | vtk show > "$out/files.txt"
# Technical cues (black, freezes, bars) go into the same kinds of files as everything else.
vtk split --cues "$@" -o "$out/cues.jsonl"
vtk show "$out/cues.jsonl" > "$out/cues.txt"
vtk export csv "$out/cues.jsonl" -o "$out/cues.csv"

vtk split "$@" -o "$out/shots.jsonl"
vtk export edl "$out/shots.jsonl" -o "$out/edl/"
vtk keyframes "$out/shots.jsonl" --sheet "$out/sheets/" > /dev/null
