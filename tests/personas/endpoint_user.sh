#!/usr/bin/env bash
# Somebody with a server of a model: captions, chapters and a summary are written by it.
#
#     endpoint_user.sh OUT URL TALK
set -euo pipefail
out=$1 url=$2 talk=$3
mkdir -p "$out"

vtk caption --endpoint "$url" --timeout 20 "$talk" -o "$out/shots.jsonl"
vtk caption --endpoint "$url" --timeout 20 "$talk" | head -n 1 > "$out/first.jsonl"
vtk chapter --endpoint "$url" --timeout 20 "$out/shots.jsonl" | vtk show --plain > "$out/chapters.txt"
vtk summarize --endpoint "$url" --timeout 20 "$out/shots.jsonl" -o "$out/summary.jsonl"
