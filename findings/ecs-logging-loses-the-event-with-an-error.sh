#!/usr/bin/env bash
# Guess: a formatter for Elastic's schema that is given a field of one's own whose name the schema has for an object, `error` or `log` as a text, renames
# it, drops it, or writes what the index will refuse; the event itself is written.
# Seen: ecs-logging of Python raises TypeError, which logging prints to standard error, and the whole event is lost: `log.error("login failed", exc_info=True,
# extra={"error": str(error)})` is nowhere in the log, while the same without exc_info is there. Lost too is what has both `user`
# and `user.name`, or a `log`. What goes wrong is thereby what is missing.
#
# Needs python3 with venv; the packages are installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check ecs-logging==2.3.0
cat >try.py <<'END'
import io, json, logging
import ecs_logging
out = io.StringIO()
handler = logging.StreamHandler(out)
handler.setFormatter(ecs_logging.StdlibFormatter())
log = logging.Logger("web")
log.addHandler(handler)
for more in ({}, {"extra": {"error": "no such user"}}, {"exc_info": True}, {"exc_info": True, "extra": {"error": "no such user"}}, {"extra": {"log": "x"}},
             {"extra": {"user": "alice"}}, {"extra": {"user.name": "alice"}}, {"extra": {"user": "alice", "user.name": "alice"}}):
    try:
        raise LookupError("no such user")
    except LookupError:
        log.error("login failed", **more)
    came = [json.loads(line) for line in out.getvalue().splitlines()]
    print(more, *[f"written, user {row.get('user')}" for row in came] or ["nothing written"], sep=" | ")
    out.seek(0)
    out.truncate()
END
v/bin/python try.py >seen 2>said
echo "on standard error: $(grep -c '^TypeError' said) times TypeError" >>seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -E '^ecs-logging '
cat seen
cmp seen - <<'END' || { echo 'changed: other events are written'; exit 1; }
{} | written, user None
{'extra': {'error': 'no such user'}} | written, user None
{'exc_info': True} | written, user None
{'exc_info': True, 'extra': {'error': 'no such user'}} | nothing written
{'extra': {'log': 'x'}} | nothing written
{'extra': {'user': 'alice'}} | written, user alice
{'extra': {'user.name': 'alice'}} | written, user {'name': 'alice'}
{'extra': {'user': 'alice', 'user.name': 'alice'}} | nothing written
on standard error: 3 times TypeError
END
