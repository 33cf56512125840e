#!/usr/bin/env bash
# Guess: parse_logfmt of VRL, Vector's language, reads `user= src=192.0.2.7` as an empty user and an address: an empty value is written so by many programs, and
# a blank ends a value.
# Seen: the user is "src=192.0.2.7" and there is no src: the blank behind the equals sign is skipped, and the next pair is the value. Who was refused, or
# what was done (`user= action=deny`), is gone wherever the field in front is empty, and nowhere else; nothing says so. At the end of the line, and
# as `user=""`, an empty value is read. parse_key_value does the same, unless it is told whitespace: "strict", which parse_logfmt has not.
#
# Needs python3 with venv; the packages are installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check pyVRL==0.0.2 vrl-python==0.1.0
cat >try.py <<'END'
import pyvrl, vrl_python
readers = {
    "pyVRL": lambda program, line: pyvrl.Transform(program).remap({"line": line}),
    "vrl-python": lambda program, line: vrl_python.VRLRuntime().execute(program, {"line": line}).processed_event,
}
def told(name, read, function, line, more=""):
    try:
        print(f"{name}, {function}{more}: {line} | {dict(sorted(read(f'. = {function}!(string!(.line){more})', line).items()))}")
    except Exception as error:
        print(f"{name}, {function}{more}: {type(error).__name__}")
for name, read in readers.items():
    for line in ("user= src=192.0.2.7 action=deny", "src=192.0.2.7 user= action=deny", "src=192.0.2.7 user=", 'user="" src=192.0.2.7'):
        told(name, read, "parse_logfmt", line)
    told(name, read, "parse_key_value", "user= src=192.0.2.7")
    told(name, read, "parse_key_value", "user= src=192.0.2.7", ', whitespace: "strict"')
    told(name, read, "parse_logfmt", "user= src=192.0.2.7", ', whitespace: "strict"')
END
v/bin/python try.py >seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -iE '^(pyVRL|vrl-python) '
cat seen
cmp seen - <<'END' || { echo 'changed: a value is read otherwise'; exit 1; }
pyVRL, parse_logfmt: user= src=192.0.2.7 action=deny | {'action': 'deny', 'user': 'src=192.0.2.7'}
pyVRL, parse_logfmt: src=192.0.2.7 user= action=deny | {'src': '192.0.2.7', 'user': 'action=deny'}
pyVRL, parse_logfmt: src=192.0.2.7 user= | {'src': '192.0.2.7', 'user': ''}
pyVRL, parse_logfmt: user="" src=192.0.2.7 | {'src': '192.0.2.7', 'user': ''}
pyVRL, parse_key_value: user= src=192.0.2.7 | {'user': 'src=192.0.2.7'}
pyVRL, parse_key_value, whitespace: "strict": user= src=192.0.2.7 | {'src': '192.0.2.7', 'user': ''}
pyVRL, parse_logfmt, whitespace: "strict": ValueError
vrl-python, parse_logfmt: user= src=192.0.2.7 action=deny | {'action': 'deny', 'user': 'src=192.0.2.7'}
vrl-python, parse_logfmt: src=192.0.2.7 user= action=deny | {'src': '192.0.2.7', 'user': 'action=deny'}
vrl-python, parse_logfmt: src=192.0.2.7 user= | {'src': '192.0.2.7', 'user': ''}
vrl-python, parse_logfmt: user="" src=192.0.2.7 | {'src': '192.0.2.7', 'user': ''}
vrl-python, parse_key_value: user= src=192.0.2.7 | {'user': 'src=192.0.2.7'}
vrl-python, parse_key_value, whitespace: "strict": user= src=192.0.2.7 | {'src': '192.0.2.7', 'user': ''}
vrl-python, parse_logfmt, whitespace: "strict": ValueError
END
