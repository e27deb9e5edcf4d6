#!/bin/sh
# Make .venv and install into it what lock files pin; or say in a sentence why that can't be done.
#
#   sh scripts/environment.sh LOCK ...
#
# PYTHON=... in the environment names the Python to use; otherwise the newest of 3.14 to 3.11 on the
# PATH is taken. Nothing is done where nothing changed.
set -eu
cd "$(dirname "$0")/.."

venv=.venv
python=$venv/bin/python
unfinished=$venv/.unfinished # there while pip works: a run that was killed leaves it behind
log=.cache/install.log

say() { printf '%s\n' "$@" >&2; }

stop() {
    say "$@"
    exit 1
}

# true if the Python $1 runs the program $2 without an error
runs() { "$1" -c "$2" >/dev/null 2>&1; }

version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }

new_enough='import sys; sys.exit(sys.version_info < (3, 11))'

# Set $base to the first Python that is new enough.
find_python() {
    if [ -n "${PYTHON:-}" ]; then
        set -- "$PYTHON"
    else
        set -- python3.14 python3.13 python3.12 python3.11 python3 python
    fi
    seen=
    for base in "$@"; do
        if runs "$base" "$new_enough"; then
            return
        fi
        if found=$(version_of "$base"); then
            seen="$seen; $base is Python $found"
        fi
    done
    stop "threatlab needs Python 3.11 or newer, and there is none here: looked for $*${seen}." \
        "Install one (Debian or Ubuntu: apt install python3 python3-venv; macOS: brew install python;" \
        "any system: python.org), or name one you have: make PYTHON=/path/to/python3.11"
}

make_venv() {
    find_python
    if ! runs "$base" 'import venv, ensurepip'; then
        stop "$base is Python $(version_of "$base") without its venv module, which makes .venv." \
            "Debian or Ubuntu: apt install python3-venv (or python$(version_of "$base")-venv)." \
            "Elsewhere: install a full Python from python.org, then name it: make PYTHON=/path/to/python3"
    fi
    say "Making .venv with Python $(version_of "$base") ..."
    rm -rf "$venv"
    mkdir "$venv"
    : >"$unfinished"
    if ! "$base" -m venv "$venv" >"$log" 2>&1; then
        stop "$base couldn't make .venv. Its last words (all of them are in $log):" "$(tail -n 5 "$log")"
    fi
}

# Print what .venv remembers of the lock file $1 that it was made from: where it stands, and what is in it.
state_of() { echo "$(pwd) $(cksum <"$1")"; }

# true if .venv was made from one of the lock files named as it was before it changed, or in another folder
is_outdated() {
    for lock in "$@"; do
        stamp=$venv/.installed-$lock
        if [ -e "$stamp" ] && [ "$(cat "$stamp")" != "$(state_of "$lock")" ]; then
            return
        fi
    done
    return 1
}

# Remake .venv if it is half made or out of date, if its Python has gone or if another Python is asked for.
check_venv() {
    if [ ! -e "$venv" ]; then
        make_venv
    elif [ -e "$unfinished" ]; then
        say "The last set-up of .venv didn't finish: starting again."
        make_venv
    elif ! runs "$python" "$new_enough" || ! runs "$python" 'import pip'; then
        say ".venv has no working Python 3.11 or newer with pip: making it again."
        make_venv
    elif [ -n "${PYTHON:-}" ] && [ "$(version_of "$PYTHON")" != "$(version_of "$python")" ]; then
        say ".venv has Python $(version_of "$python"), and PYTHON=$PYTHON asks for another: making it again."
        make_venv
    elif is_outdated "$@"; then
        say ".venv was made from other lock files, or in another folder: making it again, so that nothing else stays in it."
        make_venv
    fi
}

pip_install() {
    if ! "$python" scripts/pip_install.py "$log" "$@"; then
        explain_failure
    fi
}

# Print how large what the lock file $1 pins is.
size_of() {
    case $1 in
    requirements.lock) echo "about 150 MB to download, 650 MB on disk" ;;
    requirements-test.lock) echo "150 MB more to download, 480 MB more on disk" ;;
    *) echo "a few packages more" ;;
    esac
}

explain_failure() {
    if grep -q 'No space left' "$log"; then
        say "The disk is full: .venv needs $(size_of requirements.lock); for the tests, $(size_of requirements-test.lock)." \
            "Free some room, then run this again."
    elif grep -q 'DO NOT MATCH THE HASHES' "$log"; then
        say "A downloaded package isn't the one that the lock file pins, so it was not installed." \
            "Run this again; if it stays so, your mirror or proxy changes packages: ask who runs it."
    elif grep -q 'CERTIFICATE_VERIFY_FAILED' "$log"; then
        say "pip doesn't trust the certificate of the server it was answered by. If your organization's" \
            "proxy has its own, name it: PIP_CERT=/path/to/certificate.pem make ..."
    elif grep -q -e 'Retrying (Retry' -e 'ConnectionError' -e 'ProxyError' "$log"; then
        say "pip couldn't reach the package index: is there a network? Behind a proxy, set HTTPS_PROXY;" \
            "with a mirror, set PIP_INDEX_URL. Then run this again."
    else
        say "pip couldn't install the packages. Its last words:" "$(tail -n 5 "$log")"
    fi
    stop "All that pip said is in $log."
}

# Install the lock file $1, unless that was done before.
install() {
    stamp=$venv/.installed-$1
    if [ -e "$stamp" ]; then
        return
    fi
    say "Installing what $1 pins: $(size_of "$1"). This takes a minute or two ..."
    : >"$unfinished"
    pip_install --no-compile --require-hashes --requirement "$1"
    say "  compiling them ..."
    # pip compiles one file after the other, and the packages' own tests too: a tenth of the disk.
    "$python" -m compileall -q -j 0 -x '/tests?/' "$venv/lib" >>"$log" 2>&1 || :
    # Else the first figure of the first notebook waits for it, with a warning in its output.
    "$python" -c 'import matplotlib.font_manager' >>"$log" 2>&1 || :
    rm "$unfinished"
    state_of "$1" >"$stamp"
}

# Install threatlab itself; again only if a file changed that an editable installation copies.
# It comes second, because pip's hash mode refuses a folder beside the lock.
install_threatlab() {
    stamp=$venv/.installed-threatlab
    copied="$(cat pyproject.toml threatlab/jupyter/*.json | cksum)"
    if [ -e "$stamp" ] && [ "$(cat "$stamp")" = "$copied" ]; then
        return
    fi
    pip_install --no-deps --no-build-isolation --editable .
    printf '%s\n' "$copied" >"$stamp"
}

mkdir -p "$(dirname "$log")"
check_venv "$@"
for lock in "$@"; do
    install "$lock"
done
install_threatlab
