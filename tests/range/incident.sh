# shellcheck shell=bash
# The incident: three days of attacks, the logs rotated in between, and what scripts/soar makes of them.

SCOPE=198.18.0.0/16,2001:db8::/64
OUT=$RANGE/out
BOT='Mozilla/5.0 (compatible; ExampleBot/2.1; +http://example.com/bot)'
BROWSER='Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
# Text of attackers that would frame the visitor, if it were believed.
FRAME_USER='root from 198.18.0.21 port 22 ssh2'
FRAME_AGENT='x" 404 0 "-" "spider"
198.18.0.21 - - [01/Jan/2026:00:00:00 +0000] "GET /bot HTTP/1.1" 404 0 "-" "bot'

# The logs of the three days, kept for later.
DAYS=$RANGE/days

# What each host does on day $1 of 3.
attack_as_guesser() { guess_many guesser root 18; }
attack_as_guesser6() {
    local user
    for user in admin "$FRAME_USER" root 'oracle '; do type_passwords guesser6 "$user" wrong 5; done
}
attack_as_spider() {
    flood spider "$BOT" 20 /wp-login.php
    fetch spider "$BOT" /robots.txt :8080/.env
}
attack_as_spider6() {
    flood spider6 'curious-SPIDER/1.0' 15 :8080/admin
    fetch spider6 "${FRAME_AGENT/$'\n'/ }" /missing :8080/missing
}
# Waits until the next ten seconds begin: failures count as before a login where they are in earlier ones.
next_ten_seconds() { sleep "$(awk -v now="$(date +%s.%N)" 'BEGIN { print 10.2 - now % 10 }')"; }
attack_as_burglar() {
    guess_many burglar backup 6
    [ "$1" -lt 3 ] || { next_ten_seconds && guess burglar backup 'correct horse'; }
}
attack_as_thief6() {
    for _ in 1 2 3; do type_passwords thief6 backup wrong 5; done
    if [ "$1" -lt 3 ]; then type_passwords thief6 alice wrong 5; else next_ten_seconds && type_passwords thief6 alice right 5; fi
}
attack_as_visitor() { fetch visitor "$BROWSER" / /index.html /favicon.ico :8080/ :8080/index.html :8080/favicon.ico; }
attack_as_employee6() { [ "$1" -lt 3 ] || type_passwords employee6 alice right 3; }
attack_as_crawler() {
    flood crawler "$BOT" 15 /
    fetch crawler "$BOT" /robots.txt :8080/
}
attack_as_checker6() { flood checker6 'LinkCheck/1.0' 30 :8080/moved; }

attack_all() {
    local host pids=()
    for host in guesser spider spider6 burglar thief6 visitor employee6 crawler checker6; do
        "attack_as_$host" "$1" &
        pids+=($!)
    done
    for host in "${pids[@]}"; do wait "$host"; done
    # Alone, so that syslog has the same message several times on end.
    attack_as_guesser6
}

# `ADDRESS SIGNAL COUNT` of hosts on stdin.
counts() { jq -r '.ip as $ip | .signals | to_entries[] | select(.value > 0) | "\($ip) \(.key) \(.value)"' | sort; }

# The same, as the attackers' tools told it.
told() { sort "$LEDGER" | uniq -c | awk '{ print $2, $3, $1 }' | sort; }

# `ADDRESS RULES open PORTS closed N filtered N` of the suspicious hosts on stdin.
verdicts() {
    jq -r 'select(.suspicious) | [.ip, (.rules | join(",")), .scan.status, "open", (.scan.open_ports | join(" ")),
        "closed", .scan.closed, "filtered", .scan.filtered] | join(" ")' | sort
}

# A rule shall hold for the host $1, which has done something.
is_attacker() { [ -n "$(plan "$1" rules)" ] && grep -qF "$(address "$1") " "$LEDGER"; }

# The same, as hosts.tsv has it, of the hosts in the ledger.
truth() {
    local host silent open
    for host in $(hosts); do
        is_attacker "$host" || continue
        open=$(plan "$host" open) silent=$(plan "$host" silent)\ $(plan "$host" forbidden)
        printf '%s %s complete open %s closed %d filtered %d\n' "$(address "$host")" "$(plan "$host" rules)" "$open" \
            $((7 - $(wc -w <<<"$open $silent"))) "$(wc -w <<<"$silent")"
    done | sort
}

# Only hosts for whom a rule holds were asked for their ports, and they were.
check_who_was_touched() {
    local host rules untouched
    for host in $(hosts); do
        untouched=''
        rules=$(as "$host" nft list ruleset)
        [[ $rules != *'counter packets 0 bytes 0'* ]] || untouched=1
        if is_attacker "$host"; then
            [ -z "$untouched" ] || die "$host was not scanned"
        else
            [ -n "$untouched" ] || die "$host was scanned"
        fi
    done
    ok 'nobody else was scanned'
}

reproduce_incident() {
    local day part
    for day in 1 2 3; do
        attack_all "$day"
        settle_auth
        [ "$day" -eq 3 ] || rotate
    done
    stop_web
    cp -a /var/log "$DAYS"
    ALL=()
    for part in "${LOGS[@]}"; do ALL+=("$part" "$part.1" "$part.2.gz"); done
    has_lines 'message repeated' "$AUTH_LOG" 1 || die 'syslog repeated no message'
    as server "$HERE/../../scripts/soar" -o "$OUT" --scope "$SCOPE" "${ALL[@]}" >"$RANGE/summary"
    soar-parse "${ALL[@]}" 2>&1 >/dev/null | grep -q ' 0 unknown messages, 0 rejects$' || die "not every line was understood: $(soar-parse --explain "${ALL[@]}" 2>&1 >/dev/null | tail -n 5)"
    told >"$RANGE/told"
    truth >"$RANGE/truth"
    same "each of $(wc -l <"$RANGE/told") counts is what the attack tools did ($(wc -l <"$LEDGER") acts)" "$RANGE/told" <(counts <"$OUT/hosts.ndjson")
    same "the $(wc -l <"$RANGE/truth") attackers, and only they, are suspicious; their ports are as they are" \
        "$RANGE/truth" <(verdicts <"$OUT/hosts.ndjson")
    awk '$1 == "BREAK-IN" { print $2 }' "$RANGE/summary" >"$RANGE/break-ins"
    same 'the break-ins are named' <(address thief6; address burglar) "$RANGE/break-ins"
    [[ $(sed -n 3p "$RANGE/summary") == *BREAK-IN*ssh_breakin* ]] || die 'no break-in heads the report'
    check_who_was_touched
    (cd / && "$HERE/../../scripts/why" "$(address burglar)" "$OUT/hosts.ndjson" >"$RANGE/why") || die 'why cannot show the lines behind the break-in'
    ok "and shown: $(tail -n 1 "$RANGE/why")"
    for part in "${ALL[@]}"; do soar-parse -q "$part" | soar-score -q >"$RANGE/part.${part//\//.}"; done
    same 'each log by itself, then merged, is the same' <(soar-parse -q "${ALL[@]}" | soar-score -q) <(soar-score -q "$RANGE"/part.*)
}
