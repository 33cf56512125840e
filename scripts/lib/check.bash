# shellcheck shell=bash disable=SC2154 # soar sets $parse, $score, $scan, $scan_extra, $report, $html, $red and $end; words.bash sets $refused.
# What is wrong with the flags of a stage is said before any stage reads.

# Whether a flag of $@ names a pipe, which can be read once.
names_pipe() {
    local word part parts
    for word; do
        IFS=',=' read -r -d '' -a parts <<<"$word" || :
        for part in ${parts[@]+"${parts[@]}"}; do
            part=${part%$'\n'}
            [[ $part != /dev/* && $part != /proc/* && ! -p $part ]] || return 0
        done
    done
    return 1
}

# Whether the stage $1 is a program and no script, as one of the user's own may be, which does not know every flag of ours.
is_program() {
    local start='' path
    path=$(command -v "soar-$1") || :
    # Two bytes, and no process beside this one.
    IFS= LC_ALL=C read -r -N 2 start 2>/dev/null <"$path" || :
    [ "$start" != '#!' ]
}

check_flags() {
    # shellcheck disable=SC2034 # It is read by its name.
    local stage said checked_scan=(${scan_extra[@]+"${scan_extra[@]}"} ${scan[@]+"${scan[@]}"}) checked_report=(${html:+"--html=$html"} ${report[@]+"${report[@]}"})
    for stage in parse score scan report; do
        local -n flags_of=$stage
        [ "$stage" != scan ] || local -n flags_of=checked_scan
        [ "$stage" != report ] || local -n flags_of=checked_report
        if ! is_program "$stage" || names_pipe ${flags_of[@]+"${flags_of[@]}"}; then continue; fi
        said=$("soar-$stage" ${flags_of[@]+"${flags_of[@]}"} --workflow check 2>&1 </dev/null) || [[ $said != "soar-$stage: "* ]] || die_of_flags "$stage" "$said"
    done
}

# What the stage $1 says of its flags, and the end.
die_of_flags() {
    # The name of the stage as it stands before other messages.
    printf '%s\n' "${red}soar-$1:$end${2#"soar-$1:"}" >&2
    # shellcheck disable=SC2059 # It is ours.
    printf "${red}soar:$end $refused\n" "soar-$1" >&2
    exit 2
}
