# shellcheck shell=bash
# Whether this kernel, and this user, may do what the range needs. Run in namespaces of its own.
set -euo pipefail
mount -t tmpfs -o size=64k tmpfs /run
echo 1024 >/proc/sys/net/unix/max_dgram_qlen
ip netns add one
ip -n one link add street type bridge
ip -n one link add near type veth peer name far
ip netns exec one nft 'add table inet one; add chain inet one in { type filter hook input priority 0; }; add rule inet one in tcp dport 1 counter drop'
mount -t devpts -o newinstance,ptmxmode=0666 devpts /dev/pts
ip -n one -6 addr add 2001:db8::1/64 dev near
