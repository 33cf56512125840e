# shellcheck shell=bash
# A network namespace for one service, sourced by the scripts beside it. There, 192.0.2.1 is the server, 192.0.2.11 to .19 and 2001:db8::11 to
# ::19 are its clients; /etc, /run, /var/log and /dev are copies that end with the script, as does every process; $ROOT is an empty folder.
#
# usage of each script: NAME [FOLDER]. Writes FOLDER/NAME.log, what the program logged, and FOLDER/NAME.expected, what was done and can be read
# there: lines `ADDRESS FAILED ACCEPTED`; without FOLDER both are printed. Installs nothing.
# exit codes: 0 done, 1 the server did not start, 77 skipped (no root, or a program is missing)
set -euo pipefail
SERVER=192.0.2.1

# User names that attack the line rather than the account.
# shellcheck disable=SC2034 # the scripts read it
HOSTILE=(
    'x from 192.0.2.66'
    '192.0.2.66'
    'a b"c'
    "o'brien"
    '[192.0.2.66]:4711'
    'x, client: 192.0.2.66, server: _'
    "x'@'192.0.2.66"
    'zoë'
    $'two\nlines'
    'back\slash'
    '${jndi:x}%s%n'
    "$(printf 'n%.0s' {1..300})"
)

script=$(basename "$0")
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C.UTF-8 TZ=UTC

skip() { echo "SKIPPED: $script: $*" >&2 && exit 77; }

# Skips unless there are all programs $@.
needs() {
    local program
    for program; do command -v "$program" >/dev/null || skip "no $program"; done
}

# Goes on in namespaces of its own: enter [FOLDER].
enter() {
    local out folder number
    if [ -z "${SOAR_WORLD:-}" ]; then
        [ "$(id -u)" -eq 0 ] || skip 'it needs root'
        out=${1:-$(mktemp -d)}
        mkdir -p "$out"
        SOAR_WORLD=$(readlink -f "$out") unshare --net --mount --pid --fork --kill-child --mount-proc bash "$0"
        if [ $# -eq 0 ]; then tail -n +1 "$out"/*; rm -r "$out"; fi
        exit 0
    fi
    ROOT=/mnt OUT=/mnt/out
    mount -t tmpfs tmpfs "$ROOT"
    chmod 755 "$ROOT"
    for folder in out etc run log dev dev/pts dev/shm dev/net; do mkdir "$ROOT/$folder"; done
    mount --bind "$SOAR_WORLD" "$OUT"
    cp -a /etc/. "$ROOT/etc"
    mount --bind "$ROOT/etc" /etc
    mount --bind "$ROOT/run" /run
    mount --bind "$ROOT/log" /var/log
    cp -a /dev/{null,zero,full,random,urandom,tty,ptmx,fd,stdin,stdout,stderr} "$ROOT/dev"
    mknod "$ROOT/dev/net/tun" c 10 200
    mount --bind /dev/pts "$ROOT/dev/pts"
    mount -t tmpfs -o mode=1777 tmpfs "$ROOT/dev/shm"
    mount --rbind "$ROOT/dev" /dev
    ip link set lo up
    for number in 1 {11..19}; do
        ip address add "192.0.2.$number/32" dev lo
        ip address add "2001:db8::$number/128" dev lo nodad
    done
    : >"$ROOT/ledger"
}

# from N COMMAND...: runs it so that the server 192.0.2.1 sees 192.0.2.N. (IPv6: connect to 2001:db8::N, then the client is that too.)
from() {
    ip route replace local "$SERVER" dev lo table local src "192.0.2.$1"
    "${@:2}"
}

# Writes what comes to /dev/log to the file $1, as rsyslog does.
take_syslog() {
    python3 -c '
import os, re, socket, sys, time
server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.bind("/dev/log")
os.chmod("/dev/log", 0o666)
log = open(sys.argv[1], "ab", 0)
while True:
    text = re.sub(rb"^<[0-9]+>", b"", server.recv(65536)).rstrip(b"\0\n")
    text = re.sub(rb"^[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} ", b"", text)
    text = re.sub(rb"[\x00-\x1f\x7f]", lambda byte: b"#%03o" % ord(byte[0]), text)
    log.write(time.strftime("%b %e %H:%M:%S mx ").encode() + text + b"\n")
' "$1" &
    until_true 10 test -S /dev/log
}

# told ADDRESS failed|accepted [N]: what was done, for the truth.
told() {
    local count
    for ((count = 0; count < ${3:-1}; count++)); do echo "$1 $2" >>"$ROOT/ledger"; done
}

# until_true SECONDS COMMAND...: waits.
until_true() {
    local end=$((SECONDS + $1))
    until "${@:2}" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || { echo "in vain: ${*:2}" >&2 && exit 1; }
        sleep 0.1
    done
}
listens() { ss -Hltn "sport = :$1" | grep -q .; }
listens_udp() { ss -Hlun "sport = :$1" | grep -q .; }

# finish FILE: the log.
finish() {
    cp -f "$1" "$OUT/$script.log"
    awk '{ seen[$1]; count[$1, $2]++ } END { for (a in seen) print a, count[a, "failed"] + 0, count[a, "accepted"] + 0 }' "$ROOT/ledger" |
        sort >"$OUT/$script.expected"
}
