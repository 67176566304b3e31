#!/usr/bin/env bash
# An editor looks for what was said in many films, and wants the moments in the cutting room: as
# clips with handles, as an edit list over all films, and as a playlist.
#
#     editor.sh OUT QUERY FILM...
set -euo pipefail
out=$1 query=$2
shift 2
mkdir -p "$out"

[ -s "$out/words.jsonl" ] || vtk transcribe "$@" -o "$out/words.jsonl"
vtk retrieve "$query" "$out/words.jsonl" | vtk ground "$query" -o "$out/hits.jsonl"
vtk show --plain "$out/hits.jsonl" > "$out/hits.txt"
vtk export edl --rate 24 "$out/hits.jsonl" -o "$out/hits.edl"
vtk export otio --rate 24 "$out/hits.jsonl" -o "$out/hits.otio"
vtk export clips "$out/cuts/" --pad 500ms --name '{rank:02d} {start:hms}' "$out/hits.jsonl" |
    jq -r .clip.file > "$out/cuts.m3u"
