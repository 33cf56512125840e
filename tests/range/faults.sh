# shellcheck shell=bash
# What goes wrong in real life: a clear error or the correct result, nothing lost, nothing half-written.

SOAR=$HERE/../../scripts/soar

# What is in the folder $1: names and contents.
contents() { (cd "$1" && find . -type f -exec sha256sum {} + | sort); }

# The exit code $1 is that of a failure, $2 has a message with $3, and the folder $4 is as the file $5 says.
failed_well() {
    [ "$1" -ge 2 ] || die "$3: exit code $1"
    grep -qe "$3" "$2" || die "no clear error: $(cat "$2")"
    [ "$(contents "$4")" = "$(cat "$5")" ] || die "$3: the files of an earlier run were touched"
}

# The process of the stage $2 below the script $1.
stage_of() { pgrep -x -P "$(pgrep -d , -P "$1"),$1" "$2" 2>/dev/null; }

# Each stage is killed while the workflow waits for more of the log.
kill_stages() {
    local stage soar code
    contents "$OUT" >"$RANGE/before"
    mkfifo "$RANGE/slow"
    for stage in soar-parse soar-score soar-scan soar-report; do
        "$SOAR" -o "$OUT" "$RANGE/slow" >"$RANGE/said" 2>&1 &
        soar=$!
        exec {feed}>"$RANGE/slow"
        cat "$DAYS/auth.log.1" >&"$feed"
        await stage_of "$soar" "$stage" >/dev/null
        kill -KILL "$(stage_of "$soar" "$stage")"
        exec {feed}>&-
        code=0
        wait "$soar" || code=$?
        failed_well "$code" "$RANGE/said" "soar: $stage failed (exit 137); nothing was written" "$OUT" "$RANGE/before"
        [ -z "$(find "$RANGE" -maxdepth 1 -name '.soar.*')" ] || die "$stage: something is left over"
    done
    ok 'each stage killed in the middle of its run: said, and the files of the earlier run stand'
}

# A killed run has not moved the cursor: all of it comes in the next.
kill_with_cursor() {
    local parse
    mkfifo "$RANGE/unread"
    soar-parse -q --cursor "$RANGE/killed" "$RANGE/long.log" >"$RANGE/unread" &
    parse=$!
    exec {events}<"$RANGE/unread"
    head -n 1 <&"$events" >/dev/null
    kill -KILL "$parse"
    wait "$parse" 2>/dev/null || true
    exec {events}<&-
    same 'killed with --cursor: the next run has every line' "$RANGE/long.events" <(soar-parse -q --cursor "$RANGE/killed" "$RANGE/long.log")
}

# The workflow on a disk with $1 KiB left.
run_with_kib() {
    local code=0
    rm -f "$RANGE/tiny/ballast"
    cat /dev/zero >"$RANGE/tiny/ballast" 2>/dev/null || true
    truncate -s "-${1}K" "$RANGE/tiny/ballast"
    "$SOAR" -o "$RANGE/tiny/out" "$DAYS"/*.log* "$DAYS"/*/access.log* >"$RANGE/said" 2>&1 || code=$?
    return "$code"
}

fill_disk() {
    local kib code failures=0
    mkdir "$RANGE/tiny"
    mount -t tmpfs -o size=512k tmpfs "$RANGE/tiny"
    "$SOAR" -o "$RANGE/tiny/out" "$DAYS/auth.log.1" >"$RANGE/said" 2>&1
    contents "$RANGE/tiny/out" >"$RANGE/before"
    for kib in 0 4 8 12 16 20 24 32 256; do
        code=0
        run_with_kib "$kib" || code=$?
        [ "$code" -ne 0 ] || break
        failures=$((failures + 1))
        failed_well "$code" "$RANGE/said" 'No space left\|cannot' "$RANGE/tiny/out" "$RANGE/before"
        [ "$(find "$RANGE/tiny" -maxdepth 1 | wc -l)" -eq 3 ] || die "$kib KiB left: something is left over"
    done
    { [ "$failures" -gt 0 ] && [ "$code" -eq 0 ]; } || die "the disk was full $failures times, then exit code $code"
    same "a full disk ($failures ways): said, the earlier files stand; then, with $kib KiB, the result is correct" \
        "$RANGE/told" <(counts <"$RANGE/tiny/out/hosts.ndjson")
}

# There is no space for events or a cursor: what was not written comes again.
fill_disk_with_cursor() {
    local code=0
    rm -r "$RANGE/tiny/out"
    cat /dev/zero >"$RANGE/tiny/ballast" 2>/dev/null || true
    soar-parse -q --cursor "$RANGE/full" "$RANGE/long.log" >"$RANGE/tiny/events" 2>"$RANGE/said" || code=$?
    { [ "$code" -eq 2 ] && grep -q 'No space left' "$RANGE/said"; } || die "events on a full disk: exit code $code, $(cat "$RANGE/said")"
    same 'no room for events, with --cursor: said, and the next run has every line' \
        "$RANGE/long.events" <(soar-parse -q --cursor "$RANGE/full" "$RANGE/long.log")
    code=0
    soar-parse -q --cursor "$RANGE/tiny/cursor" "$RANGE/long.log" >/dev/null 2>"$RANGE/said" || code=$?
    { [ "$code" -eq 2 ] && grep -q 'No space left' "$RANGE/said"; } || die "a cursor on a full disk: exit code $code, $(cat "$RANGE/said")"
    rm "$RANGE/tiny/ballast"
    same 'no room for the cursor: said, and the next run has every line' \
        "$RANGE/long.events" <(soar-parse -q --cursor "$RANGE/tiny/cursor" "$RANGE/long.log")
}

# There is no space for a state: it stays as the run before left it.
fill_disk_with_state() {
    local code=0
    soar-score -q --live --state "$RANGE/tiny/state" "$RANGE/long.events" >/dev/null
    contents "$RANGE/tiny" | grep -v ballast >"$RANGE/before"
    cat /dev/zero >"$RANGE/tiny/ballast" 2>/dev/null || true
    soar-score -q --live --state "$RANGE/tiny/state" "$RANGE/long.events" >/dev/null 2>"$RANGE/said" || code=$?
    { [ "$code" -eq 2 ] && grep -q 'No space left' "$RANGE/said"; } || die "a state on a full disk: exit code $code, $(cat "$RANGE/said")"
    same 'no room for the state of a live run: said, and the state stands' "$RANGE/before" <(contents "$RANGE/tiny" | grep -v ballast)
}

# A gibibyte of noise with the logs in between: bytes by chance, zeros, one endless line, lines that end too early.
bury() {
    head -c 256M /dev/urandom
    echo
    cat "$DAYS/apache2/access.log" "$DAYS/nginx/access.log" "$DAYS/auth.log"
    head -c 256M /dev/zero
    echo
    cat "$DAYS/apache2/access.log.1" "$DAYS/nginx/access.log.1" "$DAYS/auth.log.1"
    head -c 256M /dev/zero | tr '\0' x
    echo
    gzip -dc "$DAYS/apache2/access.log.2.gz" "$DAYS/nginx/access.log.2.gz" "$DAYS/auth.log.2.gz"
    yes "$(cut -c 1-45 "$DAYS/apache2/access.log.1")" | head -c 256M || [ $? -eq 141 ]
}

bury_in_garbage() {
    local stage code=0
    # In 1 GiB of addresses, which is far more than memory: what is not bounded ends here.
    (ulimit -v 1048576 && bury | "$SOAR" -o "$RANGE/buried" - >"$RANGE/said" 2>&1) || die "buried in garbage: $(cat "$RANGE/said")"
    same '1 GiB of garbage around the logs: the counts are the same' "$RANGE/told" <(counts <"$RANGE/buried/hosts.ndjson")
    # Without hyphens: `-- ` begins a line of journalctl's own.
    head -c 64M /dev/urandom | tr -d - | "$SOAR" -o "$RANGE/buried" - >"$RANGE/said" 2>&1 || code=$?
    { [ "$code" -eq 1 ] && grep -q 'soar-parse: .*reject' "$RANGE/said"; } || die "nothing but garbage: exit code $code, $(cat "$RANGE/said")"
    for stage in soar-score soar-scan soar-report; do
        code=0
        head -c 64M /dev/urandom | "$stage" >"$RANGE/made" 2>"$RANGE/said" || code=$?
        { [ "$code" -eq 1 ] && grep -q malformed "$RANGE/said"; } || die "$stage: garbage: exit code $code, $(cat "$RANGE/said")"
    done
    ok 'nothing but garbage, into each stage: said'
}

break_things() {
    local _
    # More events than a pipe takes, were it of the largest size.
    for _ in $(seq 400); do gzip -dc "$DAYS/auth.log.2.gz"; done >"$RANGE/long.log"
    soar-parse -q "$RANGE/long.log" >"$RANGE/long.events"
    kill_stages
    kill_with_cursor
    fill_disk
    fill_disk_with_cursor
    fill_disk_with_state
    bury_in_garbage
}
