# shellcheck shell=bash disable=SC2034,SC2154 # soar prints $failed, $rejected and $written; it sets $report, $dir, $here and $called.
# What soar says at the end, in the language of the report, and what to do next.

failed='%s failed (exit %d); nothing was written to %s' rejected='no line was understood; nothing was written to %s' written='written: %s'
next='next: %s: the log lines behind it\nnext: the same command with --respond nftables: a block list to read (adapters: %s --help)\n'
if [[ " ${report[*]-} " =~ ' --lang'[\ =]'fr ' ]]; then
    failed="échec de %s (code %d) ; rien n’a été écrit dans %s" rejected="aucune ligne n’a été comprise ; rien n’a été écrit dans %s"
    written="écrit : %s"
    next="ensuite : %s : les lignes de journal qui l’expliquent\nensuite : la même commande avec --respond nftables : une liste de blocage à lire (adaptateurs : %s --help)\n"
fi

# The address to look at first: one that got in, else the one with the highest score.
find_suspect() {
    local is_host='"suspicious":true,"rules":\[' ip='s/^{"schema":"soar\.host\/1","ip":"\([0-9A-Za-z:.%@_-]*\)".*/\1/p' suspect
    suspect=$(sed -n "/${is_host}[^]]*_breakin\"/{$ip;q}" "$dir/hosts.ndjson")
    [ -n "$suspect" ] || suspect=$(sed -n "/${is_host}/{$ip;q}" "$dir/hosts.ndjson")
    printf '%s' "$suspect"
}
# The lines behind that verdict, and how to get a block list.
say_next() {
    local suspect why=soar-why
    suspect=$(find_suspect)
    command -v soar-why >/dev/null || [ ! -f "$here/../Cargo.toml" ] || why=${called%soar}why
    # shellcheck disable=SC2059
    [ -z "$suspect" ] || printf "$next" "$why $suspect $(printf %q "$dir/hosts.ndjson")" "$called"
}
