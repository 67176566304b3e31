#!/usr/bin/env bash
# A lecturer has a talk and its subtitles, and wants chapters to paste and notes for the students.
#
#     lecturer.sh OUT TALK
set -euo pipefail
out=$1 talk=$2
mkdir -p "$out"

vtk chapter "$talk" -o "$out/chapters.jsonl"
vtk export chapters "$out/chapters.jsonl" -o "$out/description.txt"
vtk export chapters --embed "$out/chapters.jsonl" -o "$out/with-chapters.mp4"
vtk summarize --words 80 "$out/chapters.jsonl" | vtk show --plain > "$out/summary.txt"
vtk export html-notes "$out/chapters.jsonl" -o "$out/notes/"
