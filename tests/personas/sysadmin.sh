#!/usr/bin/env bash
# A sysadmin lets cron caption what is new every night, and wants a mail only where something failed
# that was not known. Each call is a night; cron mails what a job prints.
#
#     sysadmin.sh OUT FILMS
set -euo pipefail
out=$1 films=$2
mkdir -p "$out"

[ -d "$out/scripts" ] || vtk examples "$out/scripts/" > /dev/null
"$out/scripts/nightly.sh" "$films" "$out/text" > "$out/mail.txt" || true
