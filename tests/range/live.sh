# shellcheck shell=bash
# The same servers, followed live.

# The process $1 has the file $2 open.
follows() { [ -n "$(find "/proc/$1/fd" -lname "$2" 2>/dev/null)" ]; }

# The log $3 has a line with $2 for each time that the host $1 does what the command behind $5 does; with the $4th the rule
# holds. Nobody but this host is told of, with its ports, and how long that took is said. $5: what the host is like.
alert_on() {
    local tail pipeline took address
    address=$(address "$1")
    : >"$RANGE/live.ndjson"
    mkfifo "$RANGE/followed"
    tail -qF "$APACHE_LOG" "$AUTH_LOG" >"$RANGE/followed" &
    tail=$!
    # shellcheck disable=SC2016 # for the inner bash
    as server bash -c 'set -o pipefail; soar-parse -q | soar-score -q --live | soar-scan -q --unordered --scope "$1"' - "$SCOPE" \
        <"$RANGE/followed" >"$RANGE/live.ndjson" &
    pipeline=$!
    await follows "$tail" "$AUTH_LOG"
    python3 "$HERE/latency.py" "$3" "$2" "$4" "$RANGE/live.ndjson" >"$RANGE/took" &
    took=$!
    "${@:6}"
    wait "$took" || die 'no scan result came'
    end "$tail"
    wait "$pipeline" || die 'the live pipeline failed'
    rm "$RANGE/followed"
    same "live: $1 and nobody else is told of, with its ports as they are" <(truth | grep -F "$address ") <(verdicts <"$RANGE/live.ndjson")
    jq -e --argjson count "$4" '[.signals[]] | max == $count' "$RANGE/live.ndjson" >/dev/null || die 'it was not told at once'
    took=$(cat "$RANGE/took")
    [ "$took" -lt 5000 ] || die "from the line to the scan result: $took ms"
    ok "live: from the line past the threshold to the scan result: at most $took ms ($5)"
}

go_live() {
    start_web
    alert_on intruder "Failed password for root from $(address intruder) " "$AUTH_LOG" 51 'each port answers' guess_many intruder root 52
    alert_on prowler6 "Failed password for root from $(address prowler6) " "$AUTH_LOG" 51 'one port is silent' guess_many prowler6 root 52
    alert_on swarm "$(address swarm) - - " "$APACHE_LOG" 11 'a bot' flood swarm "$BOT" 12 /wp-login.php
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
