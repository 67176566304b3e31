#!/usr/bin/env bash
# Somebody without any model, and with nothing but the subtitles of a talk.
#
#     no_model.sh OUT SUBTITLES QUERY
set -euo pipefail
out=$1 subtitles=$2 query=$3
mkdir -p "$out"

vtk chapter "$subtitles" | vtk show --plain > "$out/chapters.txt"
vtk summarize "$subtitles" | jq -r .summary > "$out/summary.txt"
vtk transcribe "$subtitles" | vtk export txt -o "$out/transcript.txt"
vtk ground "$query" "$subtitles" --print '{start:hms} {evidence[0].text}' > "$out/found.txt"
