# shellcheck shell=bash disable=SC2034,SC2154 # soar prints $failed, $partial, $refused, $rejected and $written; it sets $parse, $score, $scan, $report, $html, $dir, $made, $summary, $here and $called.
# What soar says at the end, in the language of the report, and what to do next.

# shellcheck disable=SC2034
partial='some of it was read: leave out what the messages above name for a report of the rest'
refused='%s refuses its flags; nothing was read'
empty='there is no line in what was read; nothing was written to %s' failed='%s failed (exit %d); nothing was written to %s' rejected='no line was understood; nothing was written to %s' written='written: %s'
outside='no line that was understood is in the period of --since and --until; nothing was written to %s'
page_next='next: the same command with --html %s: a page to click through\n'
next='next: %s: the log lines behind it\nnext: the same command with --respond nftables: a block list to read (adapters: %s --help)\n'
if [[ " ${report[*]-} " =~ ' --lang'[\ =]'fr ' ]]; then
    partial="une partie a été lue : sans ce que nomment les messages ci-dessus, il y a un rapport du reste"
    refused="%s refuse ses options ; rien n’a été lu"
    empty="aucune ligne dans ce qui a été lu ; rien n’a été écrit dans %s"
    failed="échec de %s (code %d) ; rien n’a été écrit dans %s" rejected="aucune ligne n’a été comprise ; rien n’a été écrit dans %s"
    written="écrit : %s"
    outside="aucune ligne comprise n’est dans la période de --since et --until ; rien n’a été écrit dans %s"
    page_next="ensuite : la même commande avec --html %s : une page à parcourir\n"
    next="ensuite : %s : les lignes de journal qui l’expliquent\nensuite : la même commande avec --respond nftables : une liste de blocage à lire (adaptateurs : %s --help)\n"
fi

# How many lines of the class $1 soar-parse had, as its statistics say.
lines_of() {
    local file=$made/parse.run word value=''
    for word in ${parse[@]+"${parse[@]}"}; do
        case $word in --stats=*) file=${word#*=} ;; esac
        [ "$value" != --stats ] || file=$word
        value=$word
    done
    [ -f "$file" ] || { printf 0; return; }
    value=$(sed -n "s/.*\"lines\":{[^}]*\"$1\":\([0-9]*\).*/\1/p" "$file")
    printf '%d' "${value:-0}"
}

# The part of the summary that says what was read, on stderr: a run of which nothing was written has no report.
tell_run() {
    local told=${summary#*$'\n'}
    [ -n "$quiet" ] || [ "$told" = "$summary" ] || grep -v '^soar-report: ' <<<"${told%$'\n'}" >&2 || :
}

# Adds to $files what flags of the stages had written beside the files of the run.
list_written() {
    local flags='--rejects --passed --cursor --cursor-out --accounts --groups --audit --stats --chart --csv --ports-chart --groups-chart --timeline-chart --timeline --html --markdown --story --digest'
    local stage word flag value
    for stage in parse score scan report; do
        local -n words_of=$stage
        flag=''
        for word in ${words_of[@]+"${words_of[@]}"}; do
            value=$word
            if [[ $word == --*=* ]]; then flag=${word%%=*} value=${word#*=}; fi
            # What soar asked for itself, and stdout, are none of them; --accounts is written once, and read.
            if [[ -n $flag && " $flags " == *" $flag "* && $value != - && $value != /dev/* && $value != "$made"/* && $stage:$flag != report:--accounts ]]; then
                files+=("$value")
            fi
            flag=''
            # That of soar-score, and of soar-parse, takes no value.
            [[ $word != --* || $word == *=* || $stage:$word == @(score|parse):--timeline ]] || flag=$word
        done
    done
}

# The address to look at first: one that got in, else the one with the highest score.
find_suspect() {
    local is_host='"suspicious":true,"rules":\[' ip='s/^{"schema":"soar\.host\/1","ip":"\([0-9A-Za-z:.%@_-]*\)".*/\1/p' suspect
    suspect=$(sed -n "/${is_host}[^]]*_breakin\"/{$ip;q}" "$dir/hosts.ndjson")
    [ -n "$suspect" ] || suspect=$(sed -n "/${is_host}/{$ip;q}" "$dir/hosts.ndjson")
    printf '%s' "$suspect"
}
# A page; if somebody is suspicious, the lines behind that verdict, and how to get a block list.
say_next() {
    local suspect why=soar-why
    # shellcheck disable=SC2059
    [ -n "$html" ] || print "$page_next" "$(printf %q "$dir/page.html")"
    suspect=$(find_suspect)
    command -v soar-why >/dev/null || [ ! -f "$here/../Cargo.toml" ] || why=${called%soar}why
    # shellcheck disable=SC2059
    [ -z "$suspect" ] || print "$next" "$why $suspect $(printf %q "$dir/hosts.ndjson")" "$called"
}
