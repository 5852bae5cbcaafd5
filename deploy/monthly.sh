#!/bin/sh
# A month's round: read what the offices have sent, say who is missing, make the reports.
# usage: deploy/monthly.sh [PERIOD]   without one: the month that is over
#
# All that it prints is meant to be mailed. It ends with the worst of: 0 all well; 1 done, but a
# file was newly refused or a report failed; 2 or more: something could not be done, and why is said.
set -u
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd) || exit 2
PLS_PROJECT=${PLS_PROJECT:-$root}
PATH=$root/.venv/bin:$PATH
export PLS_PROJECT PATH
worst=0

# Do one thing under its title, and keep the worst exit code.
step() {
    printf '\n== %s\n' "$1"
    shift
    "$@" 2>&1
    code=$?
    [ "$code" -le "$worst" ] || worst=$code
}

# The month before this one, as 2022-06. POSIX date cannot reckon; the 1 keeps 08 from being octal.
last_month() {
    year=$(date +%Y)
    month=$(($(date +1%m) - 101))
    [ "$month" -gt 0 ] || { year=$((year - 1)) month=12; }
    printf '%s-%02d\n' "$year" "$month"
}

# Who has sent nothing of what is owed for a period, and the sums of all that is.
missing_returns() {
    told=$(pls completeness --period "$1") || return
    printf '%s\n' "$told" | awk -F '  +' '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == "received") column = i }
        NR == 1 || !column || $column == "no" || /^expected / { print }'
}

step "What was sent" pls ingest
# After 1 the other files were read. After more none was: reports of old figures would look new.
[ "$worst" -le 1 ] || exit "$worst"
due=${1:-$(last_month)}
step "What is missing of $due" missing_returns "$due"
step "The reports" pls run all --period "${1:-latest}"
exit "$worst"
