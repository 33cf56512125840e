#!/usr/bin/env bash
# Guess: logtail2, which logcheck and others run, sees by the inode that a log was rotated; if the old file cannot be found, the new one is read from its
# start: nothing of it was seen yet.
# Seen: where the old file is compressed at once (logrotate's `compress` without `delaycompress`), the new one is read from the old offset, as soon as
# it is that long: what was written first after the rotation, as many bytes as had been read of the old log, is never printed, nor are the last
# lines of the old one; no message, exit status 0. With the old file as log.1 it prints both.
#
# Needs Debian 12 with apt's lists, perl, and gzip; installs nothing on the machine: the package is unpacked to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq logtail=1.4.2+deb12u1 2>/dev/null
dpkg -x ./*.deb root
# The modules that know how logs are rotated are looked for in the folder.
sed -i "s|/usr/share/logtail|$folder/root&|" root/usr/sbin/logtail2
next() { perl root/usr/sbin/logtail2 -f log -o offset | paste -sd ' '; }
for how in plain compressed; do
    rm -f log* offset
    printf '%s\n' before-1 before-2 >log
    echo "$how, first: $(next)"
    echo last >>log
    mv log log.1
    [ "$how" = plain ] || gzip log.1
    printf '%s\n' after-01 after-02 after-03 >log
    echo "$how, after the rotation: $(next)"
done >seen
echo "logtail 1.4.2+deb12u1"
cat seen
cmp seen - <<'END' || { echo 'changed: logtail2 prints something else'; exit 1; }
plain, first: before-1 before-2
plain, after the rotation: last after-01 after-02 after-03
compressed, first: before-1 before-2
compressed, after the rotation: after-03
END
