# Sourced by scripts of rows: what they say is compared with what happens.

# run_rows SUITE: rows from stdin,
#   description | expected status | pattern in what it prints | arguments
# A pattern that starts with ! must not be in it; "only: TEXT" is all of it.
# A description that ends with ! is no row in a sanitizer's build.
row_time=20
[ "$SANITIZED" ] && row_time=120

run_rows() {
    local what status pattern arguments output got
    while IFS='|' read -r what status pattern arguments; do
        what=${what%"${what##*[! ]}"} status=${status// /} pattern=${pattern//\\/}
        if [[ $what == *! ]]; then
            what=${what%!}
            [ "$SANITIZED" ] && { echo "SKIP $1: $what"; continue; }
        fi
        output=$(export GUEST_VAR=old; eval "timeout $row_time $EMU $arguments" 2>&1 < /dev/null)
        got=$?
        if [ "$got" != "$status" ]; then
            echo "FAIL $1: $what: status $got, expected $status"
            echo "    ${output:0:200}"
        elif ! matches "$pattern" "$output"; then
            echo "FAIL $1: $what: not '$pattern' what it printed"
            echo "    ${output:0:200}"
        else
            echo "PASS $1: $what"
        fi
    done
}

matches() {
    case $1 in
    '!'*) ! grep -qF -- "${1#!}" <<< "$2" ;;
    'only: '*) [ "$2" = "${1#only: }" ] ;;
    *) grep -qF -- "$1" <<< "$2" ;;
    esac
}
