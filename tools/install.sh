#!/bin/sh
# Make .venv and install a lock and the project into it. A second run with the same lock does
# nothing. Whatever goes wrong is one line that says what to do; details go to .venv/install.log.
set -u
lock=${1:?usage: tools/install.sh LOCK}
venv=.venv
log=$venv/install.log
stamp=$venv/installed-$(basename "$lock")

fail() {
    printf 'make: %s\n' "$*" >&2
    exit 1
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
        if new_enough "$name"; then
            command -v "$name"
            return
        fi
    done
    name=${PYTHON:-python3}
    found="$name is not there"
    command -v "$name" >/dev/null && found="$name is $("$name" --version 2>&1 | head -n 1)"
    fail "Python 3.11 or newer is needed, and $found." \
        "Install one, or name it: make PYTHON=/path/to/python3.11 briefs"
}

make_venv() {
    python=$(find_python) || exit 1
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "$python lacks the venv module. On Debian and Ubuntu: apt-get install python3-venv" \
            "(as root); or name another Python: make PYTHON=/path/to/python3.11 briefs"
    "$python" -m venv --clear "$venv" >/dev/null || fail "could not make $venv: is the disk full or read-only?"
}

# Log what a step prints; where it fails, name the likely cause in one line.
step() {
    what=$1
    shift
    "$@" >>"$log" 2>&1 && return
    if grep -qiE 'connection|resolve|resolution|timed? ?out|proxy|unreachable|sending request|no matching distribution|offline|network' "$log"; then
        fail "could not fetch packages ($what): is there a network, and does pip reach its package index? Details: $log"
    fi
    fail "$what failed: $(tail -n 1 "$log") Details: $log"
}

# uv reads no pip configuration, so a mirror set for pip is handed on.
use_mirror_of_pip() {
    mirror=${PIP_INDEX_URL:-$("$venv/bin/python" -m pip config get global.index-url 2>/dev/null)}
    if [ -n "$mirror" ] && [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
        export UV_DEFAULT_INDEX="$mirror"
    fi
}

install_all() {
    uv=$venv/bin/uv
    [ -x "$uv" ] || step "installing uv" "$venv/bin/python" -m pip install --disable-pip-version-check uv
    use_mirror_of_pip
    # As pip does: otherwise each process compiles what it imports, where it may keep nothing of it.
    export UV_COMPILE_BYTECODE=1
    export VIRTUAL_ENV="$PWD/$venv"
    "$uv" pip install --require-hashes -r "$lock" >>"$log" 2>&1 ||
        step "installing $lock" "$venv/bin/python" -m pip install --require-hashes -r "$lock"
    step "installing the project" "$uv" pip install --no-deps -e .
}

# One that works, has pip, and was not made in another folder: its scripts name where they lie.
usable_venv() {
    new_enough "$venv/bin/python" && "$venv/bin/python" -m pip --version >/dev/null 2>&1 &&
        grep -qF "$PWD/$venv" "$venv/bin/activate"
}

# What was installed, from what, and where: a moved or changed folder is installed anew.
wanted() {
    printf '%s %s %s\n' "$(cksum <"$1")" "$(cksum <pyproject.toml)" "$PWD"
}

[ -f "$lock" ] || fail "there is no $lock here: run make in the project's folder"
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(wanted "$lock")" ] && new_enough "$venv/bin/python"; then
    exit 0
fi

usable_venv || make_venv
: >"$log"
printf 'Installing %s into %s …\n' "$lock" "$venv"
install_all
wanted "$lock" >"$stamp"
