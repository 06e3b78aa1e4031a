# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# Functions that the scripts share. Sourced by bash.

set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# A service may have no HOME, but Go needs one.
[[ -n ${HOME:-} ]] || export HOME=$(getent passwd "$EUID" | cut -d: -f6)
[[ -n $HOME ]] || export HOME=$root/build

say() { printf '== %s\n' "$*" >&2; }

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# Prints how many compilers may run at the same time: one for each processor, if there are 1.5 GB of
# memory for each.
jobs_at_once() {
    local cpus memory
    cpus=$(nproc)
    memory=$(awk '/MemAvailable/ { print int($2 / 1500000) }' /proc/meminfo)
    ((memory >= 1)) || memory=1
    echo $((memory < cpus ? memory : cpus))
}

# The Maven goal that fetches a file.
maven_copy=org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy

# check_hash FILE SHA256 REMEDY: fails unless FILE has that hash, and then prints REMEDY.
check_hash() {
    local found
    found=$(sha256sum <"$1") && found=${found%% *}
    [[ $found == "$2" ]] || fail "$1 is not the file that this version of coquest was tested with:
  expected SHA-256 $2
  found SHA-256    $found
$3"
}

# Prints the prefix of the wolfSSL to build with: WOLFSSL_ROOT if it is set (empty: the system's
# wolfSSL); else the prefix of build-wolfssl if there is cargo, which that needs; else nothing.
choose_wolfssl() {
    if [[ -n ${WOLFSSL_ROOT+set} ]]; then
        echo "$WOLFSSL_ROOT"
    elif PATH=$PATH:$HOME/.cargo/bin command -v cargo >/dev/null; then
        "$root/scripts/build-wolfssl" --fast ||
            fail "a newer wolfSSL cannot be built; WOLFSSL_ROOT= $0 uses the system's"
    else
        say "cargo is missing, so the system's wolfSSL is used, which may lack fixes:" \
            "see docs/install.md"
    fi
}

# tls_library DIR: prints which TLS library the build directory DIR uses.
tls_library() {
    local include library
    include=$(sed -n 's/^WolfSSL_INCLUDE_DIR:PATH=//p' "$1/CMakeCache.txt")
    library=$(sed -n 's/^WolfSSL_LIBRARY:FILEPATH=//p' "$1/CMakeCache.txt")
    printf 'wolfSSL %s (%s)\n' "$(sed -n 's/.*LIBWOLFSSL_VERSION_STRING "\(.*\)".*/\1/p' \
        "$include/wolfssl/version.h")" "$library"
}

# wait_until SECONDS COMMAND...: repeats COMMAND until it succeeds; fails after SECONDS.
wait_until() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < end)) || return 1
        sleep 0.2
    done
}

# start_guarded WATCH DIR READY COMMAND...: runs COMMAND in the background under a guard process,
# and returns when READY succeeds. DIR/log gets the output, DIR/pid the pid of the guard. COMMAND
# ends when process WATCH ends, when stop_guarded is called, or when the guard is killed.
start_guarded() {
    local watch=$1 dir=$2 ready=$3
    shift 3
    running "$dir" && fail "a server is running in $dir already"
    setsid bash -c '
        watch=$1 && shift
        trap : TERM
        setpriv --pdeathsig KILL "$@" &
        child=$!
        setpriv --pdeathsig KILL tail -s 0.5 --pid="$watch" -f /dev/null &
        watcher=$!
        wait -n "$child" "$watcher"
        kill "$child" "$watcher" 2>/dev/null
        wait "$child"
    ' guard "$watch" "$@" >"$dir/log" 2>&1 </dev/null &
    echo $! >"$dir/pid"
    disown
    trap "stop_guarded '$dir'" EXIT
    wait_until 90 ended_or "$dir" "$ready" || fail "no answer within 90 s; see $dir/log"
    running "$dir" || fail "the server ended while it started: $(tail -20 "$dir/log")"
    trap - EXIT
}

ended_or() { ! running "$1" || "$2"; }

# stop_guarded DIR: stops the command of start_guarded, and returns when it has ended.
stop_guarded() {
    local pid
    [[ -f $1/pid ]] || return 0
    pid=$(<"$1/pid")
    rm -f "$1/pid"
    kill "$pid" 2>/dev/null || return 0
    timeout 30 tail -s 0.1 --pid="$pid" -f /dev/null || fail "process $pid did not end"
}

running() { [[ -f $1/pid ]] && kill -0 "$(<"$1/pid")" 2>/dev/null; }
