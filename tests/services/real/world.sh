# shellcheck shell=bash
# Sourced by the scripts beside it: `export NEEDS='PROGRAM...'`, `. world.sh`. What follows in them runs in a world of its own: a copy of
# this system that is thrown away, with its network, processes and accounts. There are 192.0.2.1-99 and 2001:db8::1-99 on the loopback device,
# the account alice with the password sesame, and /dev/log, whose messages stand in $log as rsyslog writes them.
#
# usage of each script: NAME [FOLDER]. Writes FOLDER/NAME.log, what the program logged, and FOLDER/NAME.expected, what was done:
# lines `ADDRESS FAILED ACCEPTED`; without FOLDER both are printed. With SOAR_LAYER=FILE.tar that layer (see `layer`) is over the system, or in its place
# if it is a whole one (debootstrap).
# exit codes: 0 done, 1 the server did not start, 77 skipped (no root, or a program is missing)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
name=$(basename "$0")
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C TZ=UTC

if [ -z "${SOAR_WORLD:-}" ]; then
    [ "$(id -u)" -eq 0 ] || { echo "SKIPPED: $name: it needs root" >&2; exit 77; }
    out=${1:+$(readlink -m "$1")}
    stage=$(mktemp -d)
    mkdir "$stage/out"
    export stage SOAR_LAYER=${SOAR_LAYER:-}
    child='' code=0
    trap '[ -z "$child" ] || kill -KILL "$child" 2>/dev/null || true; rm -rf -- "$stage" "$stage.tar"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    # shellcheck disable=SC2016 # the inner shell expands
    unshare --net --mount --uts --pid --fork --kill-child bash -euc '
        mount -t tmpfs tmpfs "$stage" && mkdir "$stage"/{upper,work,root,out}
        [ -z "$SOAR_LAYER" ] || tar -C "$stage/upper" --xattrs --xattrs-include="*" -xf "$SOAR_LAYER"
        [ -x "$stage/upper/usr/bin/bash" ] && mount --bind "$stage/upper" "$stage/root" ||
            mount -t overlay overlay -o "lowerdir=/,upperdir=$stage/upper,workdir=$stage/work" "$stage/root"
        cd "$stage/root"
        mount -t proc proc proc
        mount -t tmpfs tmpfs dev && mkdir dev/pts dev/shm
        for node in null zero full random urandom tty; do touch dev/$node; mount --bind /dev/$node dev/$node; done
        mount -t devpts devpts dev/pts -o newinstance,ptmxmode=0666 && ln -s pts/ptmx dev/ptmx
        ln -s /proc/self/fd dev/fd
        mount -t tmpfs tmpfs run && mount -t tmpfs tmpfs tmp -o mode=1777 && mkdir tmp/out tmp/real
        mount --bind "$1" tmp/real
        SOAR_WORLD=1 chroot . bash "/tmp/real/$2" || code=$?
        tar -C tmp/out -cf - . >&3
        exit "${code:-0}"
    ' world "$here" "$name" 3>"$stage.tar" &
    child=$!
    wait "$child" || code=$?
    child=''
    tar -C "$stage/out" -xf "$stage.tar"
    for truth in "$stage/out/"*.expected; do
        [ -e "$truth" ] || continue
        awk '{ failed[$1] += $2; accepted[$1] += $3 } END { for (a in failed) print a, failed[a], accepted[a] }' "$truth" | sort >"$stage/sum"
        mv "$stage/sum" "$truth"
    done
    if [ -n "$out" ]; then mkdir -p "$out" && cp "$stage/out/"* "$out/"; else tail -n +1 "$stage/out/"*; fi
    exit "$code"
fi

for program in ip python3 $NEEDS; do
    command -v "$program" >/dev/null || { echo "SKIPPED: $name: no $program" >&2; exit 77; }
done
cd /tmp
log=/tmp/out/$name.log
ip link set lo up
for n in 1 11 12 13 14 15 21 31 32 66; do
    ip addr add "192.0.2.$n/32" dev lo
    ip -6 addr add "2001:db8::$n/128" dev lo nodad
done
hostname mx.example.org
printf '%s\n' '127.0.0.1 localhost' '192.0.2.1 mx.example.org mx' '2001:db8::1 mx.example.org' >/etc/hosts
: >/etc/resolv.conf # nobody is asked: an address without a name in /etc/hosts has none
sed -i "s/^hosts:.*/hosts: files/" /etc/nsswitch.conf
useradd --create-home --shell /bin/bash alice
echo alice:sesame | chpasswd
mkdir -p /run/lock /run/sshd
python3 "$here/syslog.py" "$log" &
until [ -S /dev/log ]; do sleep 0.05; done

# Waits for a server on port $1 (30 s).
await() {
    local n
    for ((n = 0; n < 600; n++)); do
        ! (exec 3<>"/dev/tcp/${2:-127.0.0.1}/$1") 2>/dev/null || return 0
        sleep 0.05
    done
    echo "$name: no server on port $1" >&2
    tail -n 20 "$log" >&2
    exit 1
}
# Attacks a server of protocol $1 on port $2 (more flags behind), and writes down what it did.
# With part=own the truth is that of the log NAME.own.log.
attack() { python3 "$here/attack.py" "$@" >>"/tmp/out/$name${part:+.$part}.expected"; sleep "${settle:-1}"; }
