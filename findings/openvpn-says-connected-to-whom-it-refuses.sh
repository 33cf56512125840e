#!/usr/bin/env bash
# Guess: "Peer Connection Initiated with ADDRESS" of an OpenVPN server means that the client got in: it has the client's name in front, and follows all
# that was verified. And a refused password is refused once.
# Seen: the server writes it of a client whose password was wrong too, after "AUTH_FAILED", which it writes twice, once under the name [UNDEF] and once
# under the certificate's. The user name that was refused stands in no line. Only a client that is in gets "authentication succeeded for
# username" and an address, `MULTI_sva: pool returned`.
#
# Needs Debian 12 with apt's lists, /dev/net/tun, openssl, unshare, and ip; installs nothing on the machine: the packages are unpacked to a temporary
# folder, and server and client are in a network namespace that leads nowhere.
set -euo pipefail
if [ "${1:-}" != inside ]; then
    made=$(mktemp -d)
    trap 'rm -rf "$made"' EXIT
    (
        cd "$made"
        apt-get download -qq openvpn=2.6.14-0+deb12u2 liblzo2-2 libpkcs11-helper1 libnl-3-200 libnl-genl-3-200 libcap-ng0 2>/dev/null
        for package in *.deb; do dpkg -x "$package" root; done
    )
    if [ "$(id -u)" = 0 ]; then flags=-n; else flags=-rn; fi
    unshare "$flags" "$BASH" "$0" inside "$made"
    exit
fi
cd "$2"
server='' client=''
trap 'kill ${client:+"$client"} ${server:+"$server"} 2>/dev/null || :; wait' EXIT
library=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH=$library:$PWD/root/lib/${library##*/}
ip link set lo up
for name in server client; do
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$name.key" -out "$name.pem" -subj "/CN=$name" -days 30 2>/dev/null
done
fingerprint() { openssl x509 -in "$1.pem" -noout -fingerprint -sha256 | cut -d= -f2; }
common() { printf '%s\n' 'dev tun' 'proto udp4' 'verb 3' "cert $1.pem" "key $1.key" "peer-fingerprint $(fingerprint "$2")"; }
{
    common server client
    printf '%s\n' 'mode server' tls-server 'topology subnet' 'ifconfig 198.18.0.1 255.255.255.0' 'ifconfig-pool 198.18.0.2 198.18.0.9 255.255.255.0' \
        'local 127.0.0.1' 'lport 11940' 'dh none' 'script-security 2' "auth-user-pass-verify $PWD/check via-file" "tmp-dir $PWD"
} >server.conf
{
    common client server
    printf '%s\n' client 'remote 127.0.0.1 11940' nobind 'auth-user-pass login' 'connect-retry-max 1'
} >client.conf
# shellcheck disable=SC2016 # the script's variable
printf '#!/bin/sh\ngrep -qx right "$1"\n' >check
chmod +x check
# What the server says of a client with this password: the lines that name one and say more than what was negotiated.
said() {
    printf 'alice\n%s\n' "$1" >login
    chmod 600 login
    rm -f log client.log
    root/usr/sbin/openvpn --config server.conf >log 2>&1 &
    server=$!
    for _ in {1..100}; do ! grep -qs 'Initialization Sequence Completed' log || break; sleep 0.1; done
    root/usr/sbin/openvpn --config client.conf >client.log 2>&1 &
    client=$!
    for _ in {1..100}; do ! grep -qsE 'AUTH_FAILED|Initialization Sequence Completed' client.log || break; sleep 0.1; done
    for _ in {1..50}; do ! grep -q 'Peer Connection Initiated' log || break; sleep 0.1; done
    kill "$client" 2>/dev/null || :
    wait "$client" || :
    client=
    kill "$server"
    wait "$server" || :
    server=
    sed -nE 's/^[-0-9]+ [0-9:]+ ((client\/)?127\.0\.0\.1:[0-9]+ .*(AUTH_FAILED|Auth Error|Peer Connection|pool returned|alice).*)/\1/p' log |
        sed -E 's/127\.0\.0\.1:[0-9]+/127.0.0.1:PORT/g; s/\(status=1\)//; s/ +$//'
    echo "lines with alice: $(grep -c alice log)"
}
{
    echo wrong:
    said wrong
    echo right:
    said right
} >seen
root/usr/sbin/openvpn --version | head -1 | cut -d ' ' -f 1,2
cat seen
cmp seen - <<'END' || { echo 'changed: the server says something else'; exit 1; }
wrong:
127.0.0.1:PORT TLS Auth Error: Auth Username/Password verification failed for peer
127.0.0.1:PORT SENT CONTROL [UNDEF]: 'AUTH_FAILED'
127.0.0.1:PORT SENT CONTROL [client]: 'AUTH_FAILED'
127.0.0.1:PORT [client] Peer Connection Initiated with [AF_INET]127.0.0.1:PORT
lines with alice: 0
right:
127.0.0.1:PORT TLS: Username/Password authentication succeeded for username 'alice'
127.0.0.1:PORT [client] Peer Connection Initiated with [AF_INET]127.0.0.1:PORT
client/127.0.0.1:PORT MULTI_sva: pool returned IPv4=198.18.0.2, IPv6=(Not enabled)
lines with alice: 1
END
