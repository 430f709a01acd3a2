# Completion for tcg and the tools, in bash.  What options there are,
# the program itself says (-help), so that the two never differ.

# _tcg_options PROGRAM: "-name ARG" for each option, long ones once.
_tcg_options() {
    "$1" --help 2>/dev/null |
        sed -n 's/^ *\(-[^ ,]*\), \(--[^ ]*\).*/\1\n\2/p; t
                s/^ *\(-[^ ]*\) .*/\1/p' | sed 's/[=[].*//'
}

# The list that -cpu help, -d help or -plugin help shows: its first words.
_tcg_list() {
    "$1" "$2" help 2>/dev/null |
        sed -n 's/^ *\([a-z0-9][a-z0-9_-]*\)  *.*/\1/p'
}

_tcg() {
    local program=$1 word=$2 before=$3 list=
    COMPREPLY=()
    case $before in
    -cpu | --cpu | -d | --d | -plugin | --plugin)
        list=$(_tcg_list "$program" "$before")
        local head=
        if [[ $word == *,* ]]; then head=${word%,*},; word=${word##*,}; fi
        mapfile -t COMPREPLY < <(compgen -P "$head" -W "$list" -- "$word")
        compopt -o nospace 2>/dev/null
        return
        ;;
    -L | --L)
        mapfile -t COMPREPLY < <(compgen -d -- "$word")
        return
        ;;
    esac
    if [[ $word == -* ]]; then
        list=$(_tcg_options "$program")
        mapfile -t COMPREPLY < <(compgen -W "$list" -- "$word")
    else
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
    fi
}

complete -F _tcg tcg tcg-dyn tcg-riscv64 tcg-riscv64-static tcg-riscv64-dyn \
    tcg-profile tcg-explore tcg-irdump tcg-irbackend
