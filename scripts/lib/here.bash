# shellcheck shell=bash
# Which logs of this machine tell of sshd and of web servers: one source a service. $found are files, $journal says that the
# journal is one too, and $left names what was left out, and why.

folder=${SOAR_LOGS:-/var/log}
found=() left=() journal=''

# What sshd and its children of newer versions wrote, as JSON; the last week, unless a flag of soar-parse says from when on.
read_journal() { journalctl -q -o json -t sshd -t sshd-session "$@"; }

# Whether the file $1 can be read and says something; where not, why.
is_worth_reading() {
    if [ ! -r "$1" ]; then left+=("$1: this user may not read it"); elif [ ! -s "$1" ]; then left+=("$1: empty"); else return 0; fi
    return 1
}

# The older logs of $1, which were rotated.
note_rotated() {
    local older=("$1"[.-]*)
    [ ! -e "${older[0]}" ] || left+=("older logs: ${older[*]}")
}

find_sshd() {
    local file
    for file in "$folder/auth.log" "$folder/secure"; do
        { [ -e "$file" ] && is_worth_reading "$file"; } || continue
        if [ "$(date -r "$file" +%F)" = "$(date +%F)" ]; then
            found+=("$file")
            note_rotated "$file"
            return
        fi
        left+=("$file: not written to today")
    done
    if command -v journalctl >/dev/null && [ -n "$(read_journal -n 1 2>/dev/null)" ]; then
        journal=1
    else
        left+=("the journal: nothing of sshd in it, or this user may not read it")
    fi
}

find_web() {
    local file
    for file in "$folder"/nginx/*access*.log "$folder"/apache2/*access*.log "$folder"/httpd/*access_log; do
        { [ -f "$file" ] && is_worth_reading "$file"; } || continue
        found+=("$file")
        note_rotated "$file"
    done
}

find_logs() { find_sshd; find_web; }

# What would be read, and what would not, for people.
list_logs() {
    local word
    for word in ${journal:+"the journal (sshd)"} ${found[@]+"${found[@]}"}; do printf 'reads %s\n' "$word"; done
    for word in ${left[@]+"${left[@]}"}; do printf 'leaves out %s\n' "$word"; done
}
