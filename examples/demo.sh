#!/usr/bin/env bash
# From a video to shots, keyframes, captions, chapters, a summary and searchable moments.
#
#     examples/demo.sh VIDEO [FOLDER]
#
# Leaves the JSON Lines of every stage, pictures of the keyframes and a contact sheet in FOLDER
# (demo/), and ends by printing the chapters and the summary. VTK names the program (vtk).
set -euo pipefail

video=${1:?usage: examples/demo.sh VIDEO [FOLDER]}
folder=${2:-demo}
vtk=${VTK:-vtk}
mkdir -p "$folder"

# Status 1 says that some records came out as error records: the rest is still worth having.
run() {
    local out=$1 command=$2 status=0
    shift 2
    "$vtk" "$command" -o "$folder/$out" "$@" || status=$?
    if [ "$status" -gt 1 ]; then
        exit "$status"
    fi
}

show() {
    "$vtk" show "$folder/$1" || [ $? -eq 1 ]
}

run video.jsonl probe -- "$video"
run shots.jsonl split -- "$video"
run keyframes.jsonl keyframes --images "$folder/frames" --sheet "$folder/sheet.jpg" "$folder/shots.jsonl"
run captions.jsonl caption "$folder/keyframes.jsonl"
run chapters.jsonl chapter "$folder/captions.jsonl"
run summary.jsonl summarize "$folder/chapters.jsonl"

# Search for the words of the second chapter, or of the first where there is only one.
query=$(show chapters.jsonl | grep -E '^[0-9]+:' | sed -n '1p;2p' | tail -n 1 |
    cut -d' ' -f2-)
run found.jsonl retrieve -n 5 -- "$query" "$folder/captions.jsonl"
run moments.jsonl ground -n 3 -- "$query" "$folder/found.jsonl"

printf '\nChapters\n\n'
show chapters.jsonl | sed 's/^./  &/'
printf '\nSummary\n\n'
show summary.jsonl | sed 's/^./  &/'
printf '\nWhere it is about "%s"\n\n' "$query"
show moments.jsonl | sed 's/^./  &/'
printf '\nEvery stage is in %s/, the pictures in %s/sheet.jpg.\n' "$folder" "$folder"
