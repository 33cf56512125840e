# shellcheck shell=bash
# How the range waits, compares and speaks.

ok() { printf 'range: ok: %s\n' "$1"; }
die() { printf 'range: FAILED: %s\n' "$1" >&2; exit 1; }

# What $1 says holds where the files $2, what shall be, and $3, what is, are the same and not empty.
same() {
    local expected found
    expected=$(cat "$2") found=$(cat "$3")
    [ -n "$expected" ] || die "$1: there is nothing to compare with"
    diff -u --label expected --label found <(echo "$expected") <(echo "$found") >&2 || die "$1"
    ok "$1"
}

# Until the command holds, for 30 s at most. Servers tell in no other way that they are ready.
await() {
    local end=$((SECONDS + 30))
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || die "waited in vain for: $*"
        sleep 0.02
    done
}

# The lines of the file $2 that hold $1 are $3 in number, or more.
has_lines() { [ -e "$2" ] && [ "$(grep -c -e "$1" "$2")" -ge "$3" ]; }

# Ends a process that was started in the background.
end() {
    kill "$1"
    wait "$1" 2>/dev/null || true
}
