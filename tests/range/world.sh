# shellcheck shell=bash
# The range itself: a server and hosts around it, each with a network of its own, all on one street; and mounts that
# keep what they do from the machine.

RULED='20 21 22 23 80 443 3389'

# Runs a command as the host $1.
as() { ip netns exec "$@"; }

# The column $2 of the host $1 in hosts.tsv; `-` is nothing.
plan() {
    awk -F '\t' -v name="$1" -v column="$2" '
        /^# name/ { sub(/^# /, ""); for (i = 1; i <= NF; i++) at[$i] = i }
        $1 == name { print $at[column] == "-" ? "" : $at[column] }' "$HERE/hosts.tsv"
}

hosts() { awk -F '\t' '!/^#/ { print $1 }' "$HERE/hosts.tsv"; }

# The address that the host $1 comes by.
address() {
    if [ "$(plan "$1" ip)" = 4 ]; then echo "198.18.0.$(plan "$1" number)"; else printf '2001:db8::%s\n' "$(plan "$1" number)"; fi
}

# The address of the server that the host $1 goes to.
server() {
    if [ "$(plan "$1" ip)" = 4 ]; then echo 198.18.0.1; else echo 2001:db8::1; fi
}

add_host() {
    ip netns add "$1"
    ip -n "$1" link set lo up
    ip -n server link add "to-$1" type veth peer name street netns "$1"
    ip -n server link set "to-$1" master street up
    set_address "$1" "$2"
}

set_address() {
    ip -n "$1" addr add "198.18.0.$2/16" dev street
    ip -n "$1" addr add "2001:db8::$2/64" dev street nodad
    ip -n "$1" link set street up
}

# What the host $1 lets through; it counts who asks for one of the ports that soar-scan asks for.
filter() {
    local silent forbidden
    silent=$(plan "$1" silent) forbidden=$(plan "$1" forbidden)
    {
        printf 'table inet range {\nchain in {\ntype filter hook input priority 0;\n'
        printf 'iifname street tcp dport { %s } counter\n' "${RULED// /, }"
        [ -z "$silent" ] || printf 'tcp dport { %s } drop\n' "${silent// /, }"
        [ -z "$forbidden" ] || printf 'tcp dport { %s } reject with icmpx type admin-prohibited\n' "${forbidden// /, }"
        printf '}\n}\n'
    } | as "$1" nft -f -
}

serve() {
    local port
    for port in $(plan "$1" open); do
        as "$1" python3 -m http.server --bind "$(address "$1")" --directory /run/www "$port" >/dev/null 2>&1 &
    done
}

listens() { [ "$(as "$1" ss -Hltn "sport = $2" | wc -l)" -ge "${3:-1}" ]; }

build_mounts() {
    local device
    mount -t tmpfs tmpfs /run
    mkdir -p "$RANGE/log" "$RANGE/dev/pts" "$RANGE/dev/shm" /run/www /run/home
    mount --bind "$RANGE/log" /var/log
    # sshd speaks to /dev/log, and the machine's own /dev stays as it is.
    for device in null zero full random urandom tty; do
        touch "$RANGE/dev/$device"
        mount --bind "/dev/$device" "$RANGE/dev/$device"
    done
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$RANGE/dev/pts"
    mount -t tmpfs tmpfs "$RANGE/dev/shm"
    ln -s pts/ptmx "$RANGE/dev/ptmx"
    ln -s /proc/self/fd "$RANGE/dev/fd"
    mount --rbind "$RANGE/dev" /dev
    for device in passwd group shadow; do
        mount --bind "$HERE/etc/$device" "/etc/$device"
    done
    echo hello >/run/www/index.html
}

build_world() {
    local host port
    build_mounts
    ip netns add server
    ip -n server link set lo up
    ip -n server link add street type bridge
    set_address server 1
    for host in $(hosts); do
        add_host "$host" "$(plan "$host" number)"
        filter "$host"
        serve "$host"
    done
    for host in $(hosts); do
        for port in $(plan "$host" open); do await listens "$host" "$port"; done
    done
}
