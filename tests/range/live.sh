# shellcheck shell=bash
# The same servers, followed live.

# The process $1 has the file $2 open.
follows() { find "/proc/$1/fd" -lname "$2" 2>/dev/null | grep -q .; }

# The host $1 guesses until it is told; how long that took is printed.
alert_on() {
    local tail pipeline took
    : >"$RANGE/live.ndjson"
    mkfifo "$RANGE/followed"
    tail -qF "$APACHE_LOG" "$AUTH_LOG" >"$RANGE/followed" &
    tail=$!
    # shellcheck disable=SC2016 # for the inner bash
    as server bash -c 'set -o pipefail; soar-parse -q | soar-score -q --live | soar-scan -q --unordered --scope "$1"' - "$SCOPE" \
        <"$RANGE/followed" >"$RANGE/live.ndjson" &
    pipeline=$!
    await follows "$tail" "$AUTH_LOG"
    python3 "$HERE/latency.py" "$AUTH_LOG" "Failed password for root from $(address "$1") " 51 "$RANGE/live.ndjson" >"$RANGE/took" &
    took=$!
    guess_many "$1" root 52
    wait "$took" || die 'no scan result came'
    end "$tail"
    wait "$pipeline" || die 'the live pipeline failed'
    rm "$RANGE/followed"
    jq -r .ip "$RANGE/live.ndjson" >"$RANGE/alerted"
    same "live: $1 and nobody else is told of" <(address "$1") "$RANGE/alerted"
    jq -e '.signals.ssh_failed == 51 and .rules == ["ssh_bruteforce"]' "$RANGE/live.ndjson" >/dev/null || die 'it was not told at once'
    same "live: its ports are as they are" <(truth | grep -F "$(address "$1") ") <(verdicts <"$RANGE/live.ndjson")
    took=$(cat "$RANGE/took")
    [ "$took" -lt 5000 ] || die "from the line to the scan result: $took ms"
    ok "live: from the line past the threshold to the scan result: $took ms ($2)"
}

go_live() {
    start_web
    alert_on intruder 'each port answers'
    alert_on prowler6 'one port is silent'
}

# How many failed logins of the host $1 the events in $2 tell of.
failures() { jq -r --arg ip "$(address "$1")" 'select(.source.ip == $ip and .tags == ["ssh_failed"]) | .soar.count // 1' "$2" 2>/dev/null | awk '{ n += $1 } END { print n + 0 }'; }

has_failures() { [ "$(failures "$1" "$2")" -ge "$3" ]; }

read_news() { soar-parse -q --cursor "$RANGE/cursor" "$AUTH_LOG" >>"$RANGE/news.ndjson"; }

# auth.log is renamed, compressed and truncated under tail -F and under a cursor: all 15 tries come once.
rotate_while_followed() {
    local tail parse
    read_news
    mkfifo "$RANGE/followed"
    tail -n 0 -qF "$AUTH_LOG" >"$RANGE/followed" 2>/dev/null &
    tail=$!
    soar-parse -q <"$RANGE/followed" >"$RANGE/followed.ndjson" &
    parse=$!
    await follows "$tail" "$AUTH_LOG"
    try_three checker6 3
    mv "$AUTH_LOG" "$AUTH_LOG.9"
    kill -HUP "$SYSLOG"
    settle_auth
    try_three checker6 6
    read_news
    gzip "$AUTH_LOG.9"
    try_three checker6 9
    # copytruncate, of what was not read yet.
    cp "$AUTH_LOG" "$AUTH_LOG.8"
    : >"$AUTH_LOG"
    settle_auth
    try_three checker6 12
    read_news
    gzip "$AUTH_LOG.8"
    try_three checker6 15
    read_news
    end "$tail"
    wait "$parse"
    [ "$(failures checker6 "$RANGE/followed.ndjson")" -eq 15 ] || die 'tail -F lost a line, or told one twice'
    ok 'renamed and truncated while tail -F follows: every line once'
    [ "$(failures checker6 "$RANGE/news.ndjson")" -eq 15 ] || die '--cursor lost a line, or told one twice'
    ok 'renamed, compressed and truncated between runs with --cursor: every line once'
}

# Three tries more of the host $1, which makes $2 in what is followed.
try_three() {
    type_passwords "$1" alice wrong 3
    settle_auth
    await has_failures "$1" "$RANGE/followed.ndjson" "$2"
}
