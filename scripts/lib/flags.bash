# shellcheck shell=bash disable=SC2034 # soar reads $used.
# Which flags the four stages have, as they say themselves, and which of them soar takes under their own names.

# takes[STAGE:FLAG]: `none`, `value`, or `perhaps` for one that stands behind a `=`.
declare -gA takes=()
read_flags() {
    local stage line name kind
    for stage in parse score scan report; do
        while IFS= read -r line; do
            case $line in *'[=<'*) kind=perhaps ;; *' <'*) kind=value ;; *) kind=none ;; esac
            line=${line%%[<[]*}
            for name in ${line//,/ }; do takes[$stage:$name]=$kind; done
        done < <("soar-$stage" --generate man | sed -n 's/\\f[A-Z]//g; s/\\-/-/g; /^-/p')
        wait "$!" || die "soar-$stage did not say which flags it has"
    done
}

# Ends with why where the flag $1 of the stage $2 makes no sense in the whole workflow.
check_stage_flag() {
    case $1 in
        --csv | --chart | --summary | --run) die "$1 is what soar itself gives to soar-report; for another file run soar-report on DIR/hosts.ndjson" ;;
        --stats) die "--stats: one file cannot be that of four stages; name one of them: --$2-flags '--stats FILE'" ;;
        --list-*) exec "soar-$2" "$1" ;;
        --check-services) die "$1 reads no log: run soar-$2 $1 by itself" ;;
        --hosts) die '--hosts: soar --fast counts in soar-parse' ;;
        --live | --test | --targets | --suggest | --trace | --generate | --cursor-only) die "$1 gives the next stage nothing to read: run soar-$2 $1 by itself" ;;
    esac
}

# What may have been meant by the flag $1, which no stage has: one that begins alike, or what is called otherwise here.
hint_flag() {
    local key name close=' '
    case $1 in
        --out | --output | --outdir | --output-dir | --dir) printf '; the folder for the files is -o DIR'; return ;;
        --format) printf '; the format of a log is --log-format'; return ;;
        -v | --verbose | --debug) printf '; nothing is hidden (-q hides it), and soar-parse --trace LOG shows how each line was read'; return ;;
    esac
    [ ${#1} -ge 5 ] || return 0
    for key in "${!takes[@]}" own:--here own:--respond own:--respond-flags own:--html own:--timeline own:--fast own:--dry-run own:--quiet own:--version; do
        name=${key#*:}
        [[ $name != "${1:0:5}"* || $close == *" $name "* ]] || close+="$name "
    done
    [ "$close" = ' ' ] || { close=$(tr -s ' ' '\n' <<<"$close" | sed '/^$/d' | sort | head -n 5 | paste -sd ' '); printf '; is it %s?' "${close// /, }"; }
}

# Adds the flag $1, with $2 where it takes a value, to the array given_STAGE of each stage that has it; $used is how many
# words that took.
take_flag() {
    local name=${1%%=*} stage kind found=''
    [ ${#takes[@]} -gt 0 ] || read_flags
    # -p22
    [[ $1 == --* || ${#name} -eq 2 ]] || name=${1:0:2}
    used=1
    for stage in parse score scan report; do
        kind=${takes[$stage:$name]-}
        [ -n "$kind" ] || continue
        # What soar-parse keeps is for --hosts alone; --fast passes on what soar-score was given.
        case $stage:$name in parse:--evidence | parse:--resolution | parse:--partial | parse:--memory | parse:--timeline) continue ;; esac
        check_stage_flag "$name" "$stage"
        declare -n words=given_$stage
        found=1 words+=("$1")
        [[ $kind == value && $1 == "$name" ]] || continue
        [ $# -ge 2 ] || die "$1 needs a value"
        used=2 words+=("$2")
    done
    [ -n "$found" ] || die "unknown flag $1 (see --help): no stage has it$(hint_flag "$name")"
}
