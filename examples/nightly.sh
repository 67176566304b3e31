#!/usr/bin/env bash
# Caption and chapter whatever is new in a folder; meant for cron.
#
#     30 2 * * *  /path/to/nightly.sh /footage /var/lib/footage-text
#
# For every video below FOLDER this leaves OUT/NAME.captions.jsonl and OUT/NAME.chapters.jsonl, with
# the folders of FOLDER kept. A video is done when its chapters are newer than it. Of one that can be
# read in part, that part is kept, and OUT/NAME.failed says that something is missing; nothing is
# tried again on it until it changes, or until OUT/NAME.failed is removed. What failed for another
# reason (a full disk, a missing model) is tried again the next time.
#
# One run at a time; messages go to OUT/nightly.log as JSON Lines. Prints nothing and exits 0 where
# all is well, so that cron is silent; where something failed that was not known, it prints that and
# exits 1.
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

captions() {
    printf '%s\0' "$video" | "$vtk" split --log-json -0 | "$vtk" keyframes --log-json |
        "$vtk" caption --log-json -o "$text.captions.jsonl" 9>&-
}

chapters() {
    "$vtk" chapter --log-json -o "$text.chapters.jsonl" "$text.captions.jsonl" 9>&-
}

done=0 failed=0 skipped=0
while IFS= read -r -d '' name; do
    video=$folder/$name
    text=$out/$name
    if [ "$text.chapters.jsonl" -nt "$video" ] || [ "$text.failed" -nt "$video" ]; then
        skipped=$((skipped + 1))
        continue
    fi
    mkdir -p "$(dirname "$text")"
    # Status 1 says that a part could not be read, 66 that nothing could; others may be over tomorrow.
    status=0 reason=
    captions || status=$?
    if [ "$status" -le 1 ]; then
        chapters || status=$?
    fi
    case $status in
        0) rm -f "$text.failed" ;;
        1) reason='read in part' ;;
        66) reason='cannot be read' ;;
        *) reason="failed with status $status, to be tried again" ;;
    esac
    if [ -z "$reason" ]; then
        done=$((done + 1))
        continue
    fi
    failed=$((failed + 1))
    printf '%s: %s (see %s)\n' "$video" "$reason" "$out/nightly.log"
    [ "$status" -eq 1 ] || rm -f "$text.chapters.jsonl"
    case $status in 1 | 66) printf '%s\n' "$reason" > "$text.failed" ;; esac
done < <(cd "$folder" && find . -type f \( -iname '*.mp4' -o -iname '*.m4v' -o -iname '*.mkv' \
    -o -iname '*.mov' -o -iname '*.webm' -o -iname '*.avi' \) -printf '%P\0' | sort -z)

printf '{"time":"%s","level":"info","command":"nightly.sh","message":"%s"}\n' \
    "$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
    "$done done, $skipped were done before, $failed failed" >&2
[ "$failed" -eq 0 ]
