# shellcheck shell=bash disable=SC2154 # soar sets $dir, $made, $outputs, $parents and $is_locked.
# How the files of a run come into DIR together, or not at all: each is a link through DIR/.current to the folder of one run.

# Removes what runs that were killed left in DIR, and the folder of this one where it is not the current one.
tidy() {
    local path name current='' waste=()
    # Without an answer nothing may go.
    [ ! -L "$dir/.current" ] || current=$(readlink -- "$dir/.current") || return 0
    for path in "$dir"/.*; do
        name=${path##*/}
        [[ $name =~ ^\.run\.[A-Za-z0-9]{6}$ && $name != "$current" || $name == .new && ! -d $path ]] || continue
        [ -z "$is_locked" ] && [ "$path" != "$made" ] || waste+=("$path")
    done
    if [ ${#waste[@]} -gt 0 ] && sync -- "$dir"; then rm -rf -- "${waste[@]}" || :; fi
}

# A folder for the files of one run, open to whom the umask says.
new_run() {
    local run
    run=$(mktemp -d -- "$dir/.run.XXXXXX") && chmod "$(printf '%o' $((0777 & ~$(umask))))" "$run" && printf '%s\n' "$run"
}

# Puts into $link what the link of the file $1 in DIR says; without a subshell, which may be killed and then says nothing.
find_link() {
    local rest=$1
    link=.current/$1
    while [[ $rest == */* ]]; do rest=${rest#*/} link=../$link; done
}
is_linked() {
    local link
    find_link "$1"
    [ "$(readlink -- "$dir/$1" || :)" = "$link" ]
}
# One rename: $1 is a link to $2 from then on.
switch_link() { ln -sfT -- "$2" "$dir/.new" && mv -fT -- "$dir/.new" "$1"; }
# The file $1 in DIR is a link through .current from then on.
link_file() {
    local link
    find_link "$1"
    switch_link "$dir/$1" "$link"
}

# Files of version 0.1, or that somebody put there, become those of a run of their own, to which .current leads while they
# become links.
take_over() {
    local file run old=()
    for file in "${outputs[@]}"; do is_linked "$file" || [ ! -f "$dir/$file" ] || [ -L "$dir/$file" ] || old+=("$file"); done
    [ ${#old[@]} -gt 0 ] || return 0
    run=$(new_run) || return
    for file in "${outputs[@]}"; do
        [[ $file != */* ]] || mkdir -p -- "$run/${file%/*}" || return
        [ ! -f "$dir/$file" ] || ln -L -- "$dir/$file" "$run/$file" 2>/dev/null || cp -p -- "$dir/$file" "$run/$file" || return
    done
    switch_link "$dir/.current" "${run##*/}" || return
    for file in "${old[@]}"; do link_file "$file" || return; done
}

# A page of the run before that this one does not write becomes a file of its own.
keep_pages() {
    local path file are_all=''
    [ -d "$dir/.current/" ] || return 0
    while IFS= read -r -d '' path; do
        [ -n "$path" ] || { are_all=1 && continue; }
        file=${path#"$dir/.current/"}
        if [ -L "$dir/$file" ] && [ "$dir/$file" -ef "$path" ] && [ ! -e "$made/$file" ]; then
            { ln -f -- "$path" "$dir/.new" 2>/dev/null || cp -p -- "$path" "$dir/.new"; } && mv -fT -- "$dir/.new" "$dir/$file" || return
        fi
    done < <(find "$dir/.current/" -type f -print0 && printf '\0')
    # bash 5.2 sometimes forgets how a process substitution ended before it can be asked.
    [ -n "$are_all" ]
}

put_in_place() {
    local file
    find "$made" -print0 | xargs -0 sync -- "$dir" || return
    take_over && keep_pages || return
    for file in "${outputs[@]}"; do is_linked "$file" || link_file "$file" || return; done
    # From this rename on all files are those of this run.
    switch_link "$dir/.current" "${made##*/}" && sync -- "$dir" ${parents[@]+"${parents[@]}"}
}
