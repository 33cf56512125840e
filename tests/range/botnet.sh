# shellcheck shell=bash
# A botnet: 60 addresses of 5 networks try 3 passwords each, beside 200 people of the same networks who mistype once or twice and
# then get in. No address is above a threshold; the networks are, and only the bots are accused.

NETWORKS=5 BOTS=12 PEOPLE=40

# The address of the machine $2 of the network $1.
crowd_address() { echo "198.18.$((100 + $1)).$2"; }

# One namespace has the addresses of all of them.
build_crowd() {
    local network machine
    ip netns add crowd
    ip -n crowd link set lo up
    ip -n server link add to-crowd type veth peer name street netns crowd
    ip -n server link set to-crowd master street up
    for ((network = 1; network <= NETWORKS; network++)); do
        for ((machine = 1; machine <= BOTS + PEOPLE; machine++)); do
            echo "addr add $(crowd_address "$network" "$machine")/16 dev street"
        done
    done | ip -n crowd -batch -
    ip -n crowd link set street up
}

# Who sits at $1 types $2 wrong passwords, and then the right one if $3 is `right`: one connection, as ssh asks three times.
type_at() {
    local answers=$RANGE/crowd-$1 code=0 prompts=$2
    seq -f 'typo %g' "$prompts" >"$answers"
    : >"$answers.typed"
    [ "$3" = wrong ] || { echo 'correct horse' >>"$answers" && prompts=$((prompts + 1)); }
    ANSWERS=$answers SSH_ASKPASS=$HERE/askpass SSH_ASKPASS_REQUIRE=force as crowd ssh "${SSH[@]}" -b "$1" \
        -o NumberOfPasswordPrompts="$prompts" -l alice 198.18.0.1 true 2>/dev/null || code=$?
    [ "$(wc -l <"$answers.typed")" -eq "$prompts" ] || die "$1: ssh asked $(wc -l <"$answers.typed") times, not $prompts"
    [ "$3" = wrong ] || [ "$code" -eq 0 ] || die "$1: the right password was refused"
    rm -f "$answers" "$answers.typed"
}

# All of them, eight at a time, bots and people mixed.
attack_as_crowd() {
    local network machine pids=() at=0
    for ((machine = 1; machine <= BOTS + PEOPLE; machine++)); do
        for ((network = 1; network <= NETWORKS; network++)); do
            if [ "$machine" -le "$BOTS" ]; then
                type_at "$(crowd_address "$network" "$machine")" 3 wrong &
            else
                type_at "$(crowd_address "$network" "$machine")" $((machine % 2 + 1)) right &
            fi
            pids+=($!)
            [ "$at" -lt 8 ] || wait "${pids[at - 8]}"
            at=$((at + 1))
        done
    done
    for machine in "${pids[@]}"; do wait "$machine"; done
}

reproduce_botnet() {
    local before network machine
    build_crowd
    settle_auth
    before=$(wc -l <"$AUTH_LOG")
    attack_as_crowd
    settle_auth
    cat >"$RANGE/groups.toml" <<'TOML'
[[group]]
name = "spread_bruteforce"
by = "v4/24"
when = ".addresses > 20 and .ssh_failed > 60"
member = ".ssh_failed >= 3 and .ssh_accepted == 0"
TOML
    tail -n "+$((before + 1))" "$AUTH_LOG" | soar-parse -q >"$RANGE/crowd.events"
    soar-score -q "$RANGE/crowd.events" >"$RANGE/crowd.plain"
    [ "$(wc -l <"$RANGE/crowd.plain")" -eq $((NETWORKS * (BOTS + PEOPLE))) ] || die "$(wc -l <"$RANGE/crowd.plain") addresses were seen"
    ! grep -q '"suspicious":true' "$RANGE/crowd.plain" || die 'a rule over single addresses found the botnet'
    soar-score -q --rules default --rules "$RANGE/groups.toml" --groups "$RANGE/crowd.groups" "$RANGE/crowd.events" >"$RANGE/crowd.hosts"
    for ((network = 1; network <= NETWORKS; network++)); do echo "$(crowd_address "$network" 0)/24 $((BOTS + PEOPLE)) $BOTS"; done | sort >"$RANGE/networks"
    same "the $NETWORKS networks of the botnet are named" "$RANGE/networks" <(jq -r '"\(.key) \(.addresses) \(.accused)"' "$RANGE/crowd.groups" | sort)
    for ((network = 1; network <= NETWORKS; network++)); do
        for ((machine = 1; machine <= BOTS; machine++)); do crowd_address "$network" "$machine"; done
    done | sort >"$RANGE/bots"
    same "all $((NETWORKS * BOTS)) bots are suspicious, and none of $((NETWORKS * PEOPLE)) people" "$RANGE/bots" \
        <(jq -r 'select(.suspicious) | .ip' "$RANGE/crowd.hosts" | sort)
}
