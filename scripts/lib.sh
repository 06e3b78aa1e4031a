# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# What the scripts share. Sourced by bash.

set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '== %s\n' "$*" >&2; }

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# Prints how many compilers run at once: one per processor, and 1.5 GB for each.
jobs_at_once() {
    local cpus memory
    cpus=$(nproc)
    memory=$(awk '/MemAvailable/ { print int($2 / 1500000) }' /proc/meminfo)
    ((memory >= 1)) || memory=1
    echo $((memory < cpus ? memory : cpus))
}

# wait_until SECONDS COMMAND...: polls until COMMAND succeeds; fails after SECONDS.
wait_until() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < end)) || return 1
        sleep 0.2
    done
}

# start_guarded WATCH DIR READY COMMAND...: runs COMMAND in the background, its output in DIR/log
# and its guard's pid in DIR/pid, and returns when READY succeeds. It ends with process WATCH, at
# stop_guarded, or when its guard is killed.
start_guarded() {
    local watch=$1 dir=$2 ready=$3
    shift 3
    running "$dir" && fail "a server runs in $dir already"
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
    running "$dir" || fail "it ended at once: $(tail -20 "$dir/log")"
    trap - EXIT
}

ended_or() { ! running "$1" || "$2"; }

# stop_guarded DIR: ends what start_guarded runs, and returns when it has ended.
stop_guarded() {
    local pid
    [[ -f $1/pid ]] || return 0
    pid=$(<"$1/pid")
    rm -f "$1/pid"
    kill "$pid" 2>/dev/null || return 0
    timeout 30 tail -s 0.1 --pid="$pid" -f /dev/null || fail "process $pid did not end"
}

running() { [[ -f $1/pid ]] && kill -0 "$(<"$1/pid")" 2>/dev/null; }
