# shellcheck shell=bash disable=SC2034 # soar reads $used.
# Which flags the four stages have, as they say themselves, and which of them soar takes under their own names.

# takes[STAGE:FLAG]: `none`, `value`, or `perhaps` for one that stands behind a `=`.
declare -gA takes=()
read_flags() {
    local stage line name kind are_all
    for stage in parse score scan report; do
        are_all=''
        while IFS= read -r line; do
            [ "$line" != . ] || { are_all=1 && continue; }
            case $line in *'[=<'*) kind=perhaps ;; *' <'*) kind=value ;; *) kind=none ;; esac
            line=${line%%[<[]*}
            for name in ${line//,/ }; do takes[$stage:$name]=$kind; done
        done < <("soar-$stage" --generate man | sed -n 's/\\f[A-Z]//g; s/\\-/-/g; /^-/p' && echo .)
        [ -n "$are_all" ] || die "soar-$stage did not say which flags it has"
    done
}

# Those of soar itself.
own=(--here --respond --respond-flags --html --timeline --fast --dry-run --quiet --version --help)

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

# How many letters have to be put in, left out, changed or swapped to make $2 of $1.
count_edits() {
    local i j cost before=() row=() next=()
    for ((j = 0; j <= ${#2}; j++)); do row[j]=$j; done
    for ((i = 1; i <= ${#1}; i++)); do
        next=("$i")
        for ((j = 1; j <= ${#2}; j++)); do
            cost=1
            [ "${1:i-1:1}" != "${2:j-1:1}" ] || cost=0
            next[j]=$((row[j - 1] + cost))
            ((row[j] + 1 >= next[j])) || next[j]=$((row[j] + 1))
            ((next[j - 1] + 1 >= next[j])) || next[j]=$((next[j - 1] + 1))
            if ((i > 1 && j > 1)) && [ "${1:i-1:1}${1:i-2:1}" = "${2:j-2:1}${2:j-1:1}" ]; then
                ((before[j - 2] + 1 >= next[j])) || next[j]=$((before[j - 2] + 1))
            fi
        done
        before=(${row[@]+"${row[@]}"}) row=("${next[@]}")
    done
    printf '%d' "${row[${#2}]}"
}

# The flags that are a slip away from $1.
list_near() {
    local key name
    for key in "${!takes[@]}" "${own[@]/#/own:}"; do
        name=${key#*:}
        ((${#name} > 4 && ${#name} - ${#1} < 3 && ${#1} - ${#name} < 3)) || continue
        [ "$(count_edits "$1" "$name")" -gt $((${#name} > 7 ? 2 : 1)) ] || printf '%s ' "$name"
    done
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
    close+=$(list_near "$1")
    if [ "$close" = ' ' ]; then
        for key in "${!takes[@]}" "${own[@]/#/own:}"; do
            name=${key#*:}
            [[ $name != "${1:0:5}"* || $close == *" $name "* ]] || close+="$name "
        done
    fi
    [ "$close" = ' ' ] || { close=$(tr -s ' ' '\n' <<<"$close" | sed '/^$/d' | sort -u | head -n 5 | paste -sd ' '); printf '; is it %s?' "${close// /, }"; }
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
