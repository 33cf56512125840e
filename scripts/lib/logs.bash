# shellcheck shell=bash disable=SC2154 # soar sets $logs, $quiet, $red, $end and $called; here.bash sets $left.
# What a LOG stands for: a file, or the logs in a folder; and what to say of one that is not there.

# The logs in the folder $1, and in those of web servers in it, into $inside: those of sshd and access logs, rotated and compressed ones too.
# How many other files there are goes into $others.
find_inside() {
    local path name
    inside=() others=0
    for path in "${1%/}"/* "${1%/}"/{nginx,apache2,httpd}/*; do
        name=${path##*/}
        { [ -f "$path" ] || [ -p "$path" ]; } || continue
        case $name in
            *error* | *~ | *.bak) others=$((others + 1)) ;;
            auth.log* | secure | secure[.-]* | *access*log*) inside+=("$path") ;;
            *) others=$((others + 1)) ;;
        esac
    done
}

# The words of $@ as a shell takes them, and how many more there are than 5.
quote_some() {
    printf ' %q' "${@:1:5}"
    [ $# -le 5 ] || printf ' ... (%d more)' $(($# - 5))
}

# The files of the folder $1 in place of it.
open_folder() {
    local path plain found_here=() names
    find_inside "$1"
    if [ ${#inside[@]} -eq 0 ]; then
        names=("${1%/}"/*)
        [ ! -e "${1%/}/hosts.ndjson" ] || die "$1: is the folder of a report, not of logs"
        [ -r "$1" ] || die "$1: is a folder that this user may not read"
        [ -e "${names[0]}" ] || die "$1: is an empty folder"
        die "$1: is a folder, and no file in it is named like a log of sshd (auth.log, secure) or of a web server (*access*log*): name the files: $called$(quote_some "${names[@]}")"
    fi
    left=()
    for path in "${inside[@]}"; do
        plain=${path%.gz} plain=${plain%.zst} plain=${plain%.bz2} plain=${plain%.xz}
        if [ "$plain" != "$path" ] && [ -f "$plain" ]; then
            left+=("$path: $plain is there, unpacked; name both if they differ")
            continue
        fi
        { [ -p "$path" ] || is_worth_reading "$path"; } && found_here+=("$path")
    done
    [ "$others" -eq 0 ] || left+=("the other files in $1 ($others): name those that are logs, too")
    if [ -z "$quiet" ]; then
        for path in ${found_here[@]+"${found_here[@]}"}; do printf '%s reads %s\n' "${red}soar:$end" "$path" >&2; done
        for path in ${left[@]+"${left[@]}"}; do printf '%s leaves out %s\n' "${red}soar:$end" "$path" >&2; done
    fi
    [ ${#found_here[@]} -gt 0 ] || die "$1: no log in this folder can be read"
    opened+=("${found_here[@]}")
}

# Ends with what may have been meant by the LOG $1, which is not there.
die_missing() {
    local folder why='no such file'
    [[ $1 != *[*?[]* ]] || why='no such file: nothing matches this pattern'
    folder=$(dirname -- "$1")
    if [ ! -d "$folder" ]; then
        while [ ! -d "$folder" ]; do why="no such file: there is no folder $folder" folder=$(dirname -- "$folder"); done
    fi
    find_inside "$folder"
    [ "$folder" != . ] || inside=("${inside[@]#./}")
    [ ${#inside[@]} -eq 0 ] || die "$1: $why; in $folder there are logs: $called$(quote_some "${inside[@]}")"
    die "$1: $why; $called --here finds the logs of this machine"
}

# Each LOG is a file that is there; a folder gives way to the logs in it.
check_logs() {
    local log opened=()
    for log in "${logs[@]}"; do
        if [ "$log" = - ]; then
            opened+=("$log")
        elif [ -d "$log" ]; then
            declare -F is_worth_reading >/dev/null || source_part here
            open_folder "$log"
        else
            [ -e "$log" ] || die_missing "$log"
            opened+=("$log")
        fi
    done
    logs=("${opened[@]}")
}
