#!/usr/bin/env bash
# Guess: `ausearch --format csv` writes CSV: a value with a comma or a quote is in quotes, so that each row has the columns of the heading; and the row of
# a failed login says where it came from.
# Seen: nothing is ever put in quotes. A command `ls -l, "a"` is two columns, and the row has one more than the heading: OBJ_SEC is what the command has, HOW is
# "process", and so a rule by column looks at the wrong one. Of a login over SSH the row has no address at all: ssh, the "terminal", is the object.
# Times have no zone, and two digits for the year.
#
# Needs Debian 12 with apt's lists, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder.
set -euo pipefail
auditd=1:3.0.9-1
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
cd "$made"
apt-get download -qq {auditd,libauparse0,libaudit1}="$auditd" 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
library=$(echo "$PWD"/root/{usr/,}lib/*-linux-gnu | tr ' ' ':')
python3 - >audit.log <<'END'
common = "uid=0 auid=4294967295 ses=4294967295 msg='"
print("type=USER_LOGIN msg=audit(1791640538.123:102): pid=700 " + common + 'op=login acct="alice" exe="/usr/sbin/sshd" hostname=? addr=192.0.2.1'
      " terminal=ssh res=failed'")
for serial, command in ((105, "ls -l"), (106, 'ls -l, "a"')):
    print(f"type=USER_CMD msg=audit(1791640541.123:{serial}): pid=703 " + common + f'cwd="/root" cmd={command.encode().hex().upper()} exe="/usr/bin/sudo"'
          " terminal=pts/0 res=success'")
END
TZ=UTC LC_ALL=C LD_LIBRARY_PATH=$library root/sbin/ausearch -if audit.log --format csv 2>said >audit.csv
{
    cat audit.csv
    python3 -c 'import csv; print("columns:", *[len(row) for row in csv.reader(open("audit.csv"))])'
} >seen
echo "auditd $auditd"
cat seen
cmp seen - <<'END' || { echo 'changed: the rows are others'; exit 1; }
NODE,EVENT,DATE,TIME,SERIAL_NUM,EVENT_KIND,SESSION,SUBJ_PRIME,SUBJ_SEC,SUBJ_KIND,ACTION,RESULT,OBJ_PRIME,OBJ_SEC,OBJ_KIND,HOW
,USER_LOGIN,10/10/26,13:55:38,102,user-login,unset,alice,,unknown-acct,logged-in,failed,ssh,,user-session,/usr/sbin/sshd
,USER_CMD,10/10/26,13:55:41,105,user-space,unset,system,root,privileged-acct,ran-command,success,ls -l,,process,/usr/bin/sudo
,USER_CMD,10/10/26,13:55:41,106,user-space,unset,system,root,privileged-acct,ran-command,success,ls -l, "a",,process,/usr/bin/sudo
columns: 16 16 16 17
END
