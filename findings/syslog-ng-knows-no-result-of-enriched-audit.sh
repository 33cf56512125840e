#!/usr/bin/env bash
# Guess: syslog-ng's source linux-audit() gives `res` of a login as auditd wrote it, `failed` or `success`, in each of the two formats that auditd has.
# Seen: in the enriched format, which is auditd's default, names follow the record behind a separator (0x1d) that the parser does not know: the result of a
# login is `failed'`, the separator and `UID="root"`, and a rule's key is `"cmd"`, the separator and `ARCH=x86_64`, so that neither is equal
# to `failed` or to the key. The raw format is read right.
#
# Needs Debian 12 with apt's lists; installs nothing on the machine: the packages are unpacked to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq syslog-ng-core=3.38.1-5+deb12u1 syslog-ng-scl=3.38.1-5+deb12u1 libivykis0 libnet1 libjson-c5 auditd=1:3.0.9-1 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
library=$(echo "$folder"/root/usr/lib/*-linux-gnu):$folder/root/usr/lib/syslog-ng
separator=$(printf '\035')
cat >raw <<'END'
type=USER_AUTH msg=audit(1791640536.100:101): pid=100 uid=0 auid=4294967295 ses=4294967295 msg='op=PAM:authentication grantors=? acct="root" exe="/usr/sbin/sshd" hostname=192.0.2.7 addr=192.0.2.7 terminal=ssh res=failed'
type=SYSCALL msg=audit(1791640537.100:102): arch=c000003e syscall=59 success=yes exit=0 pid=101 auid=1000 uid=0 comm="ls" exe="/usr/bin/ls" key="cmd"
END
paste -d "$separator" raw - >audit.log <<'END'
UID="root" AUID="unset"
ARCH=x86_64 SYSCALL=execve AUID="joe" UID="root"
END
cat raw >>audit.log
cat >conf <<END
@version: 3.38
@module affile
@module syslogformat
@module kvformat
@module appmodel
@include "$folder/root/usr/share/syslog-ng/include/scl/linux-audit/*.conf"
log {
    source { linux-audit(filename("$folder/audit.log")); };
    destination { file("$folder/out"
        template("\${.auditd.type} account [\${.auditd.msg.acct}] result [\${.auditd.msg.res}] key [\${.auditd.key}]\\n")); };
};
END
LD_LIBRARY_PATH=$library root/usr/sbin/syslog-ng -F -f conf --module-path "$folder/root/usr/lib/syslog-ng/3.38" -R "$folder/persist" -p "$folder/pid" \
    -c "$folder/control" --no-caps >said 2>&1 &
server=$!
for _ in {1..100}; do [ "$(grep -c '' out 2>/dev/null)" != 4 ] || break; sleep 0.1; done
echo 'syslog-ng 3.38.1'
{
    grep '^log_format' root/etc/audit/auditd.conf
    # The separator made visible.
    sed "s/$separator/<1d>/g" out
} | tee seen
cmp seen - <<'END' || { echo 'changed: syslog-ng reads these records otherwise'; exit 1; }
log_format = ENRICHED
USER_AUTH account [root] result [failed'<1d>UID="root"] key []
SYSCALL account [] result [] key ["cmd"<1d>ARCH=x86_64 ]
USER_AUTH account [root] result [failed] key []
SYSCALL account [] result [] key [cmd]
END
