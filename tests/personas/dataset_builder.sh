#!/usr/bin/env bash
# A builder of data sets wants shots of two seconds and more as clips with captions, in tar files,
# and a table beside them.
#
#     dataset_builder.sh OUT FILM...
set -euo pipefail
out=$1
shift
mkdir -p "$out"

vtk split "$@" | jq -c 'select(.end - .start >= 2)' | vtk keyframes | vtk caption -o "$out/shots.jsonl"
vtk export webdataset "$out/shards/" --clips < "$out/shots.jsonl" > /dev/null
vtk export parquet "$out/shots.parquet" < "$out/shots.jsonl" > /dev/null
