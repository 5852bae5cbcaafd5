#!/bin/sh
# Mail how a round ended that did not end well; where no mail can be sent, print it.
# usage: MAILTO=someone deploy/failed.sh UNIT
set -u
unit=${1:?usage: MAILTO=someone deploy/failed.sh UNIT}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd) || exit 2
reports=${PLS_PROJECT:-$root}/reports

tell() {
    printf 'What %s said last on %s:\n\n' "$unit" "$(uname -n)"
    journalctl --unit "$unit" --lines 60 --output cat --no-pager 2>&1
    log=$(ls -t "$reports"/*/run.log 2>/dev/null | head -n 1)
    [ -n "$log" ] || return 0
    printf '\nThe end of %s:\n\n' "$log"
    tail -n 40 "$log"
}

if [ -n "${MAILTO:-}" ] && command -v mail >/dev/null; then
    tell | mail -s "$unit: a file was refused, or a report failed" "$MAILTO" && exit
fi
tell
