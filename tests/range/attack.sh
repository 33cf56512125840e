# shellcheck shell=bash
# What hosts do to the server, with the tools that people use for it. What a tool says that it did goes into the ledger,
# a line `ADDRESS SIGNAL` for each time: what the logs of the server must add up to.

LEDGER=$RANGE/ledger
SSH=(-F none -o LogLevel=ERROR -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=20
    -o PreferredAuthentications=password -o PubkeyAuthentication=no)

# The host $1 did what carries the signal $2, $3 times.
did() {
    local i
    for ((i = 0; i < ${3:-1}; i++)); do printf '%s %s\n' "$(address "$1")" "$2"; done >>"$LEDGER"
}

# The host $1 tries one password for the user $2. It is asked once alone: at a second question sshpass closes the terminal
# and ends ssh, and ssh, where that comes late, sends an empty password of its own.
guess() {
    local code=0 said
    said=$(as "$1" sshpass -p "$3" ssh "${SSH[@]}" -o NumberOfPasswordPrompts=1 -l "$2" "$(server "$1")" true 2>&1) || code=$?
    case $code,$said in
        0,*) did "$1" ssh_accepted ;;
        255,*'Permission denied'*)
            did "$1" ssh_failed
            did "$1" ssh_refused
            ;;
        *) die "$1: sshpass ended with $code: $said" ;;
    esac
}

# The host $1 tries $3 passwords for the user $2, four at a time.
guess_many() {
    local i pids=()
    for ((i = 0; i < $3; i++)); do
        guess "$1" "$2" "wrong $i" &
        pids+=($!)
        [ $i -lt 4 ] || wait "${pids[i - 4]}"
    done
    wait "${pids[@]}"
}

# Who sits at the host $1 types passwords for the user $2 at ssh's prompts, the last one right if $3 is `right`.
type_passwords() {
    local answers=$RANGE/answers-$1 code=0 tries=$4
    export ANSWERS=$answers
    seq -f 'typo %g' "$tries" >"$answers"
    [ "$3" = wrong ] || sed -i '$s/.*/correct horse/' "$answers"
    : >"$answers.typed"
    SSH_ASKPASS=$HERE/askpass SSH_ASKPASS_REQUIRE=force as "$1" ssh "${SSH[@]}" -o NumberOfPasswordPrompts="$tries" \
        -l "$2" "$(server "$1")" true 2>/dev/null || code=$?
    tries=$(wc -l <"$answers.typed")
    if [ $code -eq 0 ]; then
        did "$1" ssh_accepted
        tries=$((tries - 1))
    else
        did "$1" ssh_refused
    fi
    did "$1" ssh_failed "$tries"
}

# The host $1, with the user agent $2, asks once for each path.
fetch() {
    local host=$1 agent=$2 path status
    shift 2
    for path in "$@"; do
        status=$(as "$host" curl -sg -o /dev/null -w '%{http_code}' -A "$agent" "http://$(bracket "$host")$path")
        note_request "$host" "$agent" "$status" 1
    done
}

# The host $1, with the user agent $2, asks $3 times for $4, as fast as it can.
flood() {
    local found status=200
    found=$(as "$1" ab -q -n "$3" -c 4 -H "User-Agent: $2" "http://$(bracket "$1")$4" 2>&1) || die "$1: ab: $found"
    [[ $found == *"Complete requests:      $3"* ]] || die "$1: ab made other than $3 requests: $found"
    ! [[ $found =~ Non-2xx\ responses:\ +$3 ]] || status=404
    note_request "$1" "$2" "$status" "$3"
}

note_request() {
    [ "$3" != 404 ] || did "$1" http_404 "$4"
    ! grep -qiE 'bot|crawler|spider' <<<"$2" || did "$1" http_bot "$4"
}

# The server as a URL has it.
bracket() {
    local at
    at=$(server "$1")
    if [[ $at == *:* ]]; then echo "[$at]"; else echo "$at"; fi
}
