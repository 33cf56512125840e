# shellcheck shell=bash
# More servers that write access logs, each with its own way to write them: one after the other is started, asked by hosts of the range,
# and its log must hold what they asked.

# The servers, in this order: what is run, and the port.
WEB_SERVERS='haproxy:8101 nginx:8102 lighttpd:8103 squid:8104 varnishd:8105 caddy:8106 gunicorn:8107 uvicorn:8108'
ORIGIN=''

# Each starts its server in the background, with its process in SERVER and its log in LOG; AGENT is empty where the log has none,
# SIX where it is asked by IPv6 too.
start_haproxy() {
    # Through rsyslog, which is where HAProxy logs to.
    LOG=/var/log/haproxy.log AGENT=''
    ip netns exec server haproxy -db -f "$HERE/etc/haproxy.cfg" &
}
start_nginx() {
    # Through rsyslog too; it folds lines that are alike.
    LOG=/var/log/nginx-syslog.log
    ip netns exec server nginx -e /var/log/nginx/front.log -c "$HERE/etc/nginx-syslog.conf" -g 'daemon off;' &
}
start_lighttpd() {
    local modules
    modules=$(dirname -- "$(readlink -f -- "$(command -v lighttpd)")")/../lib/lighttpd
    LOG=/var/log/lighttpd.log
    ip netns exec server lighttpd -D -m "$modules" -f "$HERE/etc/lighttpd.conf" 2>/dev/null &
}
start_squid() {
    local share
    share=$(dirname -- "$(readlink -f -- "$(command -v squid)")")/../share/squid
    LOG=/var/log/squid/access.log AGENT=''
    mkdir -p /var/log/squid
    chown 33:33 /var/log/squid
    # One that was unpacked looks for its parts where it would be installed.
    {
        cat "$HERE/etc/squid.conf"
        printf '%s\n' "mime_table $share/mime.conf" "error_directory $share/errors/templates" "icon_directory $share/icons" \
            "unlinkd_program $share/../../lib/squid/unlinkd"
    } >/run/squid.conf
    ip netns exec server squid -N -f /run/squid.conf >/dev/null 2>&1 &
}
start_varnishd() {
    LOG=/var/log/varnishncsa.log
    ip netns exec server varnishd -j none -F -n /run/varnish -s malloc,16m -b 127.0.0.1:8199 -a 0.0.0.0:8105 -a '[2001:db8::1]:8105' >/dev/null 2>&1 &
    SERVER=$!
    await listens server 8105 2
    ip netns exec server varnishncsa -n /run/varnish -w "$LOG" 2>/dev/null &
    READER=$!
    await test -e "$LOG"
    # It follows some time after its file is made, and nothing that came before.
    sleep 2
}
start_caddy() {
    LOG=/var/log/caddy.log
    HOME=/run ip netns exec server caddy run --adapter caddyfile --config "$HERE/etc/Caddyfile" 2>/dev/null &
}
start_gunicorn() {
    LOG=/var/log/gunicorn.log
    ip netns exec server "$TOOLS/range/bin/gunicorn" --log-level error -b 0.0.0.0:8107 -b '[2001:db8::1]:8107' --access-logfile "$LOG" --chdir "$HERE/etc" app:wsgi &
}
start_uvicorn() {
    LOG=/var/log/uvicorn.log AGENT='' SIX=''
    ip netns exec server "$TOOLS/range/bin/uvicorn" --app-dir "$HERE/etc" --host 0.0.0.0 --port 8108 app:asgi >"$LOG" 2>/dev/null &
}

has_server() {
    case $1 in
        gunicorn | uvicorn) [ -x "$TOOLS/range/bin/$1" ] ;;
        varnishd) command -v varnishd >/dev/null && command -v varnishncsa >/dev/null && command -v gcc >/dev/null ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

# Hosts ask the server on port $1, in ways that a log can tell apart.
ask_server() {
    local bot=${AGENT:+$BOT}
    fetch visitor "$BROWSER" ":$1/" ":$1/missing" ":$1/index.html"
    flood spider "${bot:-$BROWSER}" 24 ":$1/wp-login.php"
    fetch guesser "${AGENT:-$BROWSER}" ":$1/.env" ":$1/.env" ":$1/.env"
    [ -z "$SIX" ] || fetch spider6 "${bot:-$BROWSER}" ":$1/missing" ":$1/"
}

# Whether the log holds what was asked. Servers write a line after the answer, and rsyslog holds back what may come again.
has_told() {
    SETTLED=$((SETTLED + 1))
    logger -p local0.notice -t range "settled $SETTLED"
    logger -p local1.notice -t range "settled again $SETTLED"
    soar-parse "$LOG" 2>"$RANGE/said" | soar-score -q | counts >"$RANGE/counted"
    cmp -s "$RANGE/counted" <(told)
}

try_server() {
    local name=$1 port=$2 LEDGER=$RANGE/ledger-$1 LOG='' AGENT='curious-SPIDER/1.0' SIX=1 SERVER='' READER='' end=$((SECONDS + 10))
    if ! has_server "$name"; then
        printf 'SKIPPED: range: no %s (see scripts/setup real)\n' "$name" >&2
        [ -z "${SOAR_SKIPPED:-}" ] || printf 'range\tno %s: its log\n' "$name" >>"$SOAR_SKIPPED"
        return
    fi
    "start_$name"
    SERVER=${SERVER:-$!}
    if [ -n "$SIX" ] && [ "$name" != caddy ]; then await listens server "$port" 2; else await listens server "$port"; fi
    ask_server "$port"
    # Some keep lines back until they end.
    until has_told || [ "$SECONDS" -ge $((end - 8)) ]; do sleep 0.1; done
    [ -z "$READER" ] || end "$READER"
    end "$SERVER"
    until has_told || [ "$SECONDS" -ge "$end" ]; do sleep 0.1; done
    same "$name's log holds each of $(wc -l <"$LEDGER") acts" <(told) "$RANGE/counted"
    grep -q ' 0 unknown messages, 0 rejects' "$RANGE/said" || die "not every line of $name was understood: $(cat "$RANGE/said")"
}

reproduce_webservers() {
    local server
    mkdir -p /run/origin
    ip netns exec server nginx -e /var/log/nginx/origin.log -c "$HERE/etc/nginx-origin.conf" -g 'daemon off;' &
    ORIGIN=$!
    await listens server 8199
    for server in $WEB_SERVERS; do try_server "${server%:*}" "${server#*:}"; done
    end "$ORIGIN"
}
