#!/usr/bin/env bash
# Caption and chapter whatever is new in a folder; meant for cron.
#
#     30 2 * * *  /path/to/nightly.sh /footage /var/lib/footage-text
#
# For every video below FOLDER this leaves OUT/NAME.captions.jsonl and OUT/NAME.chapters.jsonl,
# with the folders of FOLDER kept. A video is done when its chapters are there and newer than it:
# a rerun does only what is left. One run at a time; messages go to OUT/nightly.log as JSON Lines.
# Prints one line at the end, so that cron mails it, and exits 1 where a video failed.
set -euo pipefail

folder=${1:?usage: nightly.sh FOLDER OUT}
out=${2:?usage: nightly.sh FOLDER OUT}
vtk=${VTK:-vtk}
mkdir -p "$out"

exec 9> "$out/.lock"
if ! flock --nonblock 9; then
    echo "nightly.sh: another run holds $out/.lock" >&2
    exit 75
fi
exec 2>> "$out/nightly.log"

done=0 failed=0 skipped=0
while IFS= read -r -d '' name; do
    video=$folder/$name
    text=$out/$name
    if [ "$text.chapters.jsonl" -nt "$video" ]; then
        skipped=$((skipped + 1))
        continue
    fi
    mkdir -p "$(dirname "$text")"
    # Each stage reports its own failure; the chapters appear only where all went well.
    if printf '%s\0' "$video" | "$vtk" split --log-json -0 | "$vtk" keyframes --log-json |
        "$vtk" caption --log-json -o "$text.captions.jsonl" 9>&- &&
        "$vtk" chapter --log-json -o "$text.chapters.jsonl" "$text.captions.jsonl" 9>&-; then
        done=$((done + 1))
    else
        failed=$((failed + 1))
        rm -f "$text.chapters.jsonl"
    fi
done < <(cd "$folder" && find . -type f \( -iname '*.mp4' -o -iname '*.m4v' -o -iname '*.mkv' \
    -o -iname '*.mov' -o -iname '*.webm' -o -iname '*.avi' \) -printf '%P\0' | sort -z)

echo "nightly.sh: $done done, $skipped were done before, $failed failed (see $out/nightly.log)"
[ "$failed" -eq 0 ]
