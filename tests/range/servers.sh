# shellcheck shell=bash
# The servers, and what becomes of their logs.

APACHE_LOG=/var/log/apache2/access.log
NGINX_LOG=/var/log/nginx/access.log
AUTH_LOG=/var/log/auth.log
SETTLED=0
LOGS=("$APACHE_LOG" "$NGINX_LOG" "$AUTH_LOG")

start_sshd() {
    local sshd flags=()
    sshd=$(command -v sshd)
    mkdir -p /run/sshd
    ssh-keygen -q -t ed25519 -N '' -f /run/sshd/host_key
    # One that was unpacked, and of 9.8 or later, looks for its other half where it would be installed.
    [[ $sshd != "$TOOLS"/* ]] || mount --bind "$TOOLS/usr/lib/openssh" /usr/lib/openssh
    # Since 9.8 sshd locks out whoever guesses; here all guesses are wanted.
    ! "$sshd" -t -f "$HERE/etc/sshd_config" -o PerSourcePenalties=no 2>/dev/null || flags=(-o PerSourcePenalties=no)
    as server "$sshd" -D -f "$HERE/etc/sshd_config" "${flags[@]}" &
    await listens server 22 2
}

start_syslog() {
    local modules
    modules=/usr/lib/$(uname -m)-linux-gnu/rsyslog
    [ -d "$modules" ] || modules=$TOOLS$modules
    # nginx and HAProxy do not wait for /dev/log: what comes while its queue is full (10 messages, if nothing else is said) is lost.
    echo 1024 >/proc/sys/net/unix/max_dgram_qlen
    rsyslogd -n -M "$modules" -f "$HERE/etc/rsyslog.conf" -i /run/rsyslogd.pid &
    SYSLOG=$!
    await test -S /dev/log
}

start_web() {
    local modules name
    modules=$(dirname -- "$(readlink -f -- "$(command -v apache2)")")/../lib/apache2/modules
    for name in mpm_event authz_core dir; do
        printf 'LoadModule %s_module %s/mod_%s.so\n' "$name" "$modules" "$name"
    done >/run/apache2/modules.conf
    # No function here: $! is to be the server itself.
    ip netns exec server apache2 -f "$HERE/etc/apache.conf" -DFOREGROUND &
    APACHE=$!
    ip netns exec server nginx -e /var/log/nginx/error.log -c "$HERE/etc/nginx.conf" -g 'daemon off;' &
    NGINX=$!
    await listens server 80
    await listens server 8080 2
}

start_servers() {
    mkdir -p /run/apache2 /run/nginx /var/log/apache2 /var/log/nginx
    start_syslog
    start_sshd
    start_web
    ok "$(ssh -V 2>&1 | sed 's/[ ,].*//'), $(apache2 -v | sed -n '1s/.*: //p'), $(nginx -v 2>&1 | sed 's/.*: //') serve $(hosts | wc -l) hosts"
}

# A web server writes its line after the answer. Once it has ended, all lines are there.
stop_web() {
    kill -WINCH "$APACHE"
    kill -QUIT "$NGINX"
    wait "$APACHE" "$NGINX"
}

# All that sshd said before is in its log: syslog keeps the order. What is said to it while it turns to a new log may
# still go into the old one, so it is told again, in other words each time, until the new one has it.
settle_auth() { await settled; }

settled() {
    SETTLED=$((SETTLED + 1))
    logger -p auth.notice -t range "settled $SETTLED"
    sleep 0.01
    has_lines "range: settled $SETTLED\$" "$AUTH_LOG" 1
}

# As logrotate does it, with delaycompress: the plain log becomes .1, what was .1 becomes .2.gz.
rotate() {
    local log
    for log in "${LOGS[@]}"; do
        if [ -e "$log.1" ]; then
            gzip -c "$log.1" >"$log.2.gz"
            rm "$log.1"
        fi
        mv "$log" "$log.1"
    done
    kill -USR1 "$APACHE" "$NGINX"
    kill -HUP "$SYSLOG"
    await test -e "$APACHE_LOG"
    await test -e "$NGINX_LOG"
}
