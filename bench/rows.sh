#!/usr/bin/env bash
# Sourced by scripts/bench-NAME in the root of the repository: makes logs from seeds, takes rows, has them measured in turn.
#
#   row NAME FILE PEER COMMAND [ROUNDS]             MB of FILE a second
#   per UNIT NAME COUNT PEER COMMAND [ROUNDS]       records (M/s) or probes (probes/s) a second
#   measured                                        measures all rows; to end a script with
#
# PEER is the row that the time is set against. Rows with a number of ROUNDS of their own are too slow for more; `3x` is three times
# as many, for rows that are quick and close to each other.
set -euo pipefail
rounds=${1:-5}
[[ $rounds =~ ^[1-9][0-9]*$ ]] || { echo "bench: how many rounds? not $rounds" >&2; exit 2; }
target=${CARGO_TARGET_DIR:-target} dir=out/bench
: "${ACCESS_MIB:=1024}" "${AUTH_MIB:=512}"
mkdir -p "$dir"
target=$(mkdir -p "$target" && cd "$target" && pwd)
PATH=$target/release:$target/release/examples:$target/bench:$target/tools/bin:$PATH:/usr/sbin:/sbin
# What is quickest for the peers.
export LC_ALL=C

rows=() status=0
row() { rows+=("$1"$'\t'"$(stat -L -c %s "$2")"$'\t'"MB/s"$'\t'"$3"$'\t'"${5:-}"$'\t'"$4"); }
per() { rows+=("$2"$'\t'"$3"$'\t'"$1"$'\t'"$4"$'\t'"${6:-}"$'\t'"$5"); }
measured() {
    printf '%s\n' "${rows[@]}" | python3 bench/measure.py "$rounds" || status=1
    exit "$status"
}

has() { command -v "$1" >/dev/null || { echo "bench: no $1 here, its rows are left out (scripts/bench peers)" >&2; return 1; }; }
# Peers must come to the same sums before their times mean anything.
sum() { awk '{ sum += $NF } END { print sum + 0 }'; }
agree() { # WHO OURS THEIRS
    [ "$2" = "$3" ] || { echo "bench: $1 comes to $3, soar to $2: its rows are left out" >&2; status=1; return 1; }
}
signals() { # how often all these signals are in a log: FILE SIGNAL...
    soar-parse -q --year 2026 "$1" | soar-score -q --evidence 0 | jq -n --args '[inputs.signals as $of | $of[$ARGS.positional[]]] | add' "${@:2}"
}

# Need nothing but std; `cargo run --release --example NAME` is the same program.
example() { mkdir -p "$target/bench" && rustc --edition 2024 -O -o "$target/bench/$1" "examples/$1.rs"; }
made() { # FILE COMMAND...: the file, whole or not there
    [ -s "$1" ] || { "${@:2}" >"$dir/part" && mv "$dir/part" "$1"; }
}
log() { # access|auth|guesses MIB: the name of the log, once it is there
    local file=$dir/$1-$2.log
    # Of an older program it is another log.
    [ "$file" -nt examples/corpus.rs ] || rm -f "$file" "$file.gz"
    case $1 in
    access) made "$file" corpus access "$2" 200000 1 ;;
    auth) made "$file" corpus auth "$2" 50000 2 ;;
    guesses) made "$file" corpus guesses "$2" 50000 3 ;;
    esac
    echo "$file"
}
